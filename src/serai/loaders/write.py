"""Project → text that is itself a project file: long forms, units, nothing that only states a default."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import msgspec

from serai.loaders.blocks import CLOSED, Blocks, RawBlock
from serai.loaders.dumped import dumped
from serai.loaders.file import ProjectFile
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape, Want, record
from serai.spec.base import stated
from serai.spec.likeness import OWN, fork_of
from serai.spec.machine import Machine, Project
from serai.util.units import format_duration, format_size

_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON may hold bare, and YAML may not or takes for a line's end. Source: YAML 1.1, 4.1 and 4.2."""


def to_data(
    project: Project, names: Collection[str] | None = None, raw_block: RawBlock | None = None
) -> dict[str, Any]:
    """Plain data of the file; with `names`, of these machines only.

    `raw_block` is asked how a block of a provider that is not built in is written (see `load`).
    """
    machines = {
        name: stated_of(project, machine)
        for name, machine in project.machines.items()
        if names is None or name in names
    }
    data = {**stated(msgspec.structs.replace(project, machines={})), "machines": machines}
    file = written(data, record(ProjectFile), Blocks(raw_block))
    assert isinstance(file, dict)
    return file


def stated_of(project: Project, machine: Machine) -> dict[str, Any]:
    """What a file says of a machine; of a fork, what it has not from its parent."""
    found = {key: value for key, value in stated(machine).items() if key != "name"}
    parent = project.machines.get(machine.fork or "")
    if parent is None:
        return found
    plain = stated(fork_of(parent, machine.name))
    own = {"fork": machine.fork}
    for key in sorted(OWN & (found.keys() | plain.keys())):
        if found.get(key) != plain.get(key):
            own[key] = found[key] if key in found else msgspec.to_builtins(getattr(machine, key))
    return own


def to_yaml(project: Project, names: Collection[str] | None = None, raw_block: RawBlock | None = None) -> str:
    """The file as YAML; `load` gives the same project for it."""
    return dumped(to_data(project, names, raw_block))


def to_json(project: Project, names: Collection[str] | None = None, raw_block: RawBlock | None = None) -> str:
    """The same as JSON, which is YAML too."""
    text = msgspec.json.format(msgspec.json.encode(to_data(project, names, raw_block)), indent=2).decode()
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def written(value: Any, shape: Shape, blocks: Blocks = CLOSED) -> Any:
    """The value as a file states it: units, and `${` escaped."""
    if isinstance(shape, Record):
        fields = shape.fields
        return {key: written(item, fields.get(key) or blocks.shape(key), blocks) for key, item in value.items()}
    if isinstance(shape, MapOf):
        return {key: written(item, shape.value, blocks) for key, item in value.items()}
    if isinstance(shape, ListOf):
        return [written(item, shape.item, blocks) for item in value]
    assert isinstance(shape, Leaf)
    if isinstance(value, dict):
        return {key: written(item, shape) for key, item in value.items()}
    if isinstance(value, list):
        return [written(item, shape) for item in value]
    if shape.want is Want.SIZE:
        return format_size(value)
    if shape.want is Want.DURATION:
        return format_duration(value)
    return value.replace("${", "$${") if isinstance(value, str) else value
