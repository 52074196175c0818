"""What all spec types share: frozen, keyword only, unknown keys refused, defaults left out when written."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import msgspec
from msgspec import Meta

from serai.spec.notes import Annotated
from serai.util.units import MAX_SIZE


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every part of the project file."""

    rest: ClassVar[str] = ""
    """The field, a map, whose entries a file writes beside the other keys; empty: there is none."""
    further: ClassVar[Mapping[str, str]] = {}
    """Keys of the `rest` that serai itself knows, and `module:Struct` of each, imported on use: who reads
    a kept project would pay for all of them. The map holds plain data that the struct takes."""


NAME_PATTERN = r"^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$"
"""Names of machines, networks, disks: they become file names, host names and labels (RFC 1123, 63 characters)."""

Name = Annotated[str, Meta(pattern=NAME_PATTERN, description="letters, digits, dots, dashes; at most 63")]
Size = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_SIZE,
        description="a size in bytes; written with its unit, as 512M or 4GiB",
        extra={"unit": "size"},
        extra_json_schema={"type": ["integer", "string"]},
    ),
]
"""Bytes. The loader reads `4GiB` and refuses a number without a unit."""

Duration = Annotated[
    float,
    Meta(
        ge=0,
        description="seconds; written as 30s, 5m, 1h30m or a number of seconds",
        extra={"unit": "duration"},
        extra_json_schema={"type": ["number", "string"]},
    ),
]
"""Seconds."""

Port = Annotated[int, Meta(ge=1, le=65535)]

PATH = {"path": True}
"""`extra` of a field that names a file or a directory of the project: a file that states it has it there."""

CPU_SET_PATTERN = r"^\^?[0-9]+(-[0-9]+)?(,\^?[0-9]+(-[0-9]+)?)*$"
CpuSet = Annotated[str, Meta(pattern=CPU_SET_PATTERN, examples=["0-3,8"])]
"""Numbers of CPUs or NUMA nodes in the kernel's list format; `^2` takes one out (libvirt's cpuset)."""

Number = Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")]
"""A number as the key of a map: of a virtual CPU, an I/O thread, a NUMA cell."""


def stated(value: Spec, only: Collection[str] | None = None) -> dict[str, Any]:
    """The value as plain data, with only what differs from the defaults; of these fields only, if `only` is given.

    Compared by value: msgspec's own omit_defaults compares by identity, which a large number read from a
    file never has. Entries of the `rest` stand beside the other keys, as in the file.
    """
    found: dict[str, Any] = {}
    for name, default in _defaults(type(value)):
        if only is not None and name not in only:
            continue
        item = getattr(value, name)
        if item is not default and item != default:
            found |= _plain(item) if name == value.rest else {name: _plain(item)}
    return found


@cache
def _defaults(kind: type[Spec]) -> list[tuple[str, Any]]:
    return [
        (field.name, field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default)
        for field in msgspec.structs.fields(kind)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return stated(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value
