"""Names in dotted keys, which may have dots of their own: `disks.pg.data.size` is the size of disk `pg.data`."""

from __future__ import annotations

from collections.abc import Iterable

from serai.spec.machine import Machine


def named(key: str, names: Iterable[str]) -> tuple[str, str]:
    """(name, rest) of `HEAD.NAME.REST`: the longest of `names` that fits, else what is before the next dot."""
    whole = key.partition(".")[2]
    fitting = [name for name in names if f"{whole}.".startswith(f"{name}.")]
    name = max(fitting, key=len) if fitting else whole.partition(".")[0]
    return name, whole[len(name) + 1 :]


def disk_of(key: str, machine: Machine, applied: Machine | None) -> tuple[str, str]:
    """(disk, field) of `disks.NAME.FIELD`, the disk being one of either; the field is empty for `disks.NAME`."""
    return named(key, [*machine.disks, *(applied.disks if applied else ())])
