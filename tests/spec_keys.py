"""Keys of the spec: all that there are, and those that a value states otherwise than by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import NODEFAULT, structs

from serai.loaders.shape import ListOf, MapOf, Record, Shape, record
from serai.spec.base import Spec
from serai.spec.machine import Machine

SERAIS = (
    *("after", "autostart", "env", "guest", "hooks", "hostname", "keep", "name", "primary", "provider"),
    *("provision", "ready", "ssh", "user"),
)
"""Keys of a machine that serai does itself, in the guest or beside it: no engine is told of them."""
FOLDER = ("delete", "exclude", "owner", "mount", "mount_options", "rsync", "nfs")
PARTS = ("providers.fake", *(f"synced_folders.{key}" for key in FOLDER))
"""Further ones: what the pretending provider does, and what rsync and mounts in the guest do."""


def inner(shape: Shape) -> Shape:
    """Of a list or map, what is in it."""
    while isinstance(shape, ListOf | MapOf):
        shape = shape.item if isinstance(shape, ListOf) else shape.value
    return shape


def leaves(shape: Record, above: str = "") -> Iterator[str]:
    """Every key that holds no further keys: `cpu.pin.emulator`, `disks.cache`, `networks.public.dev`."""
    for name, field in shape.fields.items():
        key = f"{above}{name}"
        below = inner(field)
        if isinstance(below, Record) and below.fields:
            yield from leaves(below, f"{key}.")
        else:
            yield key


def engine_keys() -> list[str]:
    """The keys of a machine that an engine is told of."""
    found = [key for key in leaves(record(Machine)) if key.partition(".")[0] not in SERAIS]
    return [key for key in found if not any(key == own or key.startswith(f"{own}.") for own in PARTS)]


def stated_keys(value: Spec, above: str = "") -> set[str]:
    """The keys that a value states otherwise than by default."""
    found: set[str] = set()
    for name, field in record(type(value)).fields.items():
        item, key = getattr(value, name), f"{above}{name}"
        if isinstance(inner(field), Record):
            for part in _parts(item):
                found |= stated_keys(part, f"{key}.") or {key}
        elif item != _default(type(value), name):
            found.add(key)
    return found


def _parts(item: Any) -> Iterator[Spec]:
    if isinstance(item, Spec):
        yield item
    elif isinstance(item, dict | list):
        for each in item.values() if isinstance(item, dict) else item:
            yield from _parts(each)


def _default(kind: type[Spec], name: str) -> Any:
    field = next(field for field in structs.fields(kind) if field.name == name)
    return field.default_factory() if field.default_factory is not NODEFAULT else field.default


def without(value: Any, key: str) -> Any:
    """The value with this key at its default, in every entry; a block that needs it goes as a whole."""
    name, _, rest = key.partition(".")
    item = getattr(value, name)
    if not rest or _is_required(record(type(value)).fields[name], rest):
        return structs.replace(value, **{name: _default(type(value), name)})
    if isinstance(item, list):
        changed: Any = [without(each, rest) for each in item]
    elif isinstance(item, dict):
        changed = {label: without(each, rest) for label, each in item.items()}
    else:
        changed = item if item is None else without(item, rest)
    return structs.replace(value, **{name: changed})


def _is_required(field: Shape, key: str) -> bool:
    below = inner(field)
    assert isinstance(below, Record)
    return any(each.name == key and each.required for each in structs.fields(below.cls))
