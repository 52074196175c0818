"""What of a project must not be shown while it runs: values that it calls sensitive, and those whose names do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from serai.run.events import Emit, Event
from serai.spec.machine import Project
from serai.util.masking import Mask, named_secrets


def mask_of(project: Project) -> Mask:
    """`sensitive:`, the environment of blocks that are sensitive, and variables that are named like secrets."""
    return Mask(_values(project))


def _values(project: Project) -> Iterator[str]:
    yield from project.sensitive
    yield from named_secrets(os.environ)
    for machine in project.machines.values():
        yield from named_secrets(machine.env)
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
        import msgspec

        text = mask(event.text)
        emit(event if text == event.text else msgspec.structs.replace(event, text=text))

    return told
