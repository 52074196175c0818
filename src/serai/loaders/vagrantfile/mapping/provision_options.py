"""Options of a provisioner that a Vagrantfile states, in the form of serai's own struct: the same names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from serai.loaders.shape import Leaf, ListOf, MapOf, Shape, Want, record
from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import listed


def stated(entry: ProvisionerEntry, without: Collection[str] = ()) -> dict[str, Plain]:
    """The options that say something else than Vagrant's defaults; those `without` are mapped elsewhere."""
    usual = keys.provisioner(entry.type).keys
    return {
        key: value
        for key, value in entry.options.items()
        if key not in without and value not in (None, "", [], {}) and value != usual.get(key)
    }


def fitted(options: dict[str, Plain], cls: type[msgspec.Struct]) -> dict[str, Any]:
    """Those of them that the struct has, each as its field has it: a list of one, a text for a number."""
    fields = record(cls).fields
    return {key: _fit(value, fields[key]) for key, value in options.items() if key in fields}


def _fit(value: Any, shape: Shape) -> Any:
    if isinstance(shape, ListOf):
        return [_fit(item, shape.item) for item in listed(value)]
    if isinstance(shape, MapOf):
        return {text_of(key): _fit(item, shape.value) for key, item in dict(value).items()}
    if isinstance(shape, Leaf) and shape.want is Want.TEXT:
        return text_of(value)
    return value
