"""Stated against applied, key by key. Only keys that one of the two states are compared: no perpetual diffs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec

from serai.providers.contract import Effect, Verdict
from serai.spec.base import Spec, stated
from serai.spec.machine import Machine
from serai.util.units import format_size

QUIET = frozenset(
    {
        "name", "provider", "provision", "after", "autostart", "primary", "keep", "hooks", "ready", "env",
        "synced_folders.rsync",
    }
)  # fmt: skip
"""Keys that change nothing in a machine that exists: they count the next time they are used."""

_SIZES = ("size", "max", "memory")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One key of one machine that the file states otherwise than it was applied."""

    machine: str
    key: str
    old: Any
    new: Any
    effect: Effect
    reason: str = ""
    refused: str = ""
    """Why it will not be done."""

    def show(self, value: Any) -> str:
        """A value for a person."""
        if value is None:
            default = default_of(self.key)
            return "default" if default is None else f"{self.show(default)} (default)"
        if isinstance(value, int) and not isinstance(value, bool) and self.key.rpartition(".")[2] in _SIZES:
            return format_size(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def line(self) -> str:
        """`memory.size 512MiB -> 1GiB`; the key alone when the values are not known any more."""
        if self.old == self.new:
            return self.key
        return f"{self.key} {self.show(self.old)} -> {self.show(self.new)}"


def is_of_network(key: str) -> bool:
    """Whether a key is one of a network that the machine is on: `networks.back.mtu`."""
    return key.startswith("networks.") and key.count(".") > 1


def default_of(key: str) -> Any:
    """The default of a dotted key, when it is a plain value: `memory.size` -> 536870912; else None."""
    value: Any = Machine()
    for part in key.split("."):
        value = getattr(value, part, None) if isinstance(value, Spec) else None
    return None if isinstance(value, Spec | dict | list) else value


def flatten(machine: Machine, only: Collection[str] | None = None) -> dict[str, Any]:
    """What a machine states (in these fields only), by dotted key: `memory.size`, `disks.data.size`.

    Lists are one value. `networks` is four (forwarded_port, private, public, uplink), `synced_folders` one a type,
    because each of them changes in its own way. What a folder falls back to is no change of what there is.
    """
    flat: dict[str, Any] = {}
    for key, value in stated(machine, only).items():
        if key == "networks":
            for kind in ("forwarded_port", "private", "public", "uplink"):
                if items := [item[kind] for item in value if kind in item]:
                    flat[f"networks.{kind}"] = items
        elif key == "synced_folders":
            for item in value:
                kind = f"synced_folders.{item.get('type', 'rsync')}"
                flat.setdefault(kind, []).append({key: item[key] for key in item if key != "fallback"})
        elif isinstance(value, dict):
            flat.update(_leaves(key, value))
        else:
            flat[key] = value
    return flat


def _leaves(prefix: str, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if not value:
        yield prefix, {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(f"{prefix}.{key}", inner)
        else:
            yield f"{prefix}.{key}", inner


def differences(applied: Machine, wanted: Machine) -> list[tuple[str, Any, Any]]:
    """(key, old, new) for each key that differs; None is "not stated". Sorted by key."""
    apart = [name for name in wanted.__struct_fields__ if getattr(applied, name) != getattr(wanted, name)]
    old, new = flatten(applied, apart), flatten(wanted, apart)
    return [
        (key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and not _quiet(key)
    ]


def _quiet(key: str) -> bool:
    while key:
        if key in QUIET:
            return True
        key = key.rpartition(".")[0]
    return False


def changes(applied: Machine, wanted: Machine, judge: Callable[[str, Any, Any], Verdict]) -> list[Change]:
    """The differences with how each will be applied, as the provider judges."""
    found = []
    for key, old, new in differences(applied, wanted):
        verdict = judge(key, old, new)
        refused = verdict.reason if verdict.effect is Effect.IMMUTABLE else ""
        found.append(
            Change(
                machine=wanted.name,
                key=key,
                old=old,
                new=new,
                effect=verdict.effect,
                reason=verdict.reason,
                refused=refused,
            )
        )
    return found
