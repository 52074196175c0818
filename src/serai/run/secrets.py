"""What of a project must not be shown while it runs: values that it calls sensitive, and those whose names do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec

from serai.plan.diff import Change
from serai.plan.up import Plan
from serai.run.events import Emit, Event
from serai.spec.machine import Project
from serai.util.masking import COVER, Mask, named_secrets


def mask_of(project: Project) -> Mask:
    """`sensitive:`, the environment of blocks that are sensitive, and variables that are named like secrets."""
    return Mask(_values(project))


def _values(project: Project) -> Iterator[str]:
    yield from project.sensitive
    yield from named_secrets(os.environ)
    for machine in project.machines.values():
        yield from named_secrets(machine.env)
        if machine.container is not None:
            yield from named_secrets(machine.container.env)
        if machine.ssh.password:
            yield machine.ssh.password
        for hooks in machine.hooks.values():
            for hook in hooks:
                yield from named_secrets(hook.env)
        for block in machine.provision:
            yield from _in_tool(block.tool)
            if block.shell is None:
                continue
            if block.shell.sensitive:
                yield from block.shell.env.values()
                yield from block.shell.args
            else:
                yield from named_secrets(block.shell.env)


def _in_tool(value: Any) -> Iterator[str]:
    """Of a tool's options those that are named like secrets, however deep."""
    if isinstance(value, dict):
        yield from named_secrets({str(key): inner for key, inner in value.items() if isinstance(inner, str)})
        for inner in value.values():
            yield from _in_tool(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_tool(inner)


def masked(emit: Emit, mask: Mask) -> Emit:
    """An Emit that covers what the mask covers."""
    if not mask:
        return emit

    def told(event: Event) -> None:
        text = mask(event.text)
        emit(event if text == event.text else msgspec.structs.replace(event, text=text))

    return told


def covered(plan: Plan, project: Project) -> Plan:
    """The plan without secrets in what it changes. What was one before may be none any more but by its name."""
    if not any(machine.changes for machine in plan.machines):
        return plan
    mask = mask_of(project)
    machines = [
        msgspec.structs.replace(machine, changes=tuple(_covered(change, mask) for change in machine.changes))
        for machine in plan.machines
    ]
    return msgspec.structs.replace(plan, machines=tuple(machines))


def _covered(change: Change, mask: Mask) -> Change:
    name = change.key.rpartition(".")[2]
    secret = bool(named_secrets({name: name})) and not name.endswith("_file")
    return msgspec.structs.replace(
        change,
        old=COVER if secret and isinstance(change.old, str) else _without(change.old, mask),
        new=COVER if secret and isinstance(change.new, str) else _without(change.new, mask),
        reason=mask(change.reason),
        refused=mask(change.refused),
    )


def _without(value: Any, mask: Mask) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _without(inner, mask) for key, inner in value.items()}
    return [_without(inner, mask) for inner in value] if isinstance(value, list) else value
