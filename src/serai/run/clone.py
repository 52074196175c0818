"""A copy of a stopped machine."""

from __future__ import annotations

import re

import msgspec

from serai.providers.contract import Feature
from serai.run.materials import Stock
from serai.run.workspace import Workspace, unknown
from serai.spec.base import NAME_PATTERN
from serai.spec.likeness import like
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def clone_machine(workspace: Workspace, source: str, name: str) -> None:
    """Copy `source` as `name`. The file's own `name` is what it becomes, if it is there; else source's spec
    without what only one machine can have (host ports, static addresses, MAC addresses)."""
    with workspace.changing("clone"):
        observed = workspace.observe()
        workspace.settled(observed)
        if source not in observed:
            raise unknown(source, list(observed) or list(workspace.project.machines))
        if name in observed:
            raise SeraiError(Code.REFUSED, f"{name} exists already", hint=f"serai destroy {name}")
        if not re.fullmatch(NAME_PATTERN, name):
            raise SeraiError(
                Code.INPUT, f"{name!r} cannot be a machine's name", hint="letters, digits, dots, dashes"
            )
        driver = workspace.provider(source)
        driver.capabilities().need(Feature.CLONE, provider=driver.name, machine=source)
        machine = workspace.project.machines.get(name) or like(observed[source].applied or Machine(), name)
        workspace.project = msgspec.structs.replace(
            workspace.project, machines={**workspace.project.machines, name: machine}
        )
        driver.clone(source, machine, Stock(workspace).of(machine, lambda phrase: None))
