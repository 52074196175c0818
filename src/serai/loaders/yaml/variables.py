"""Names of environment variables that a shell can export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Map
from serai.loaders.yaml.problems import Problems
from serai.spec.machine import Machine

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""Source: POSIX, Base Definitions, 3.216: Name."""


def check_variables(one: Checked, problems: Problems) -> None:
    for steps, env in _stated(one.machine):
        node = one.at(*steps)
        for name in env:
            if not _NAME.fullmatch(name):
                message = f"{name!r} is no name of an environment variable"
                hint = "letters, digits and _, and no digit first"
                if isinstance(node, Map) and name in node.keys:
                    problems.at_key(node, name, message, hint)
                else:
                    problems.at(node, message, hint)


def _stated(machine: Machine) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    yield ("env",), machine.env
    for index, block in enumerate(machine.provision):
        if block.shell is not None:
            yield ("provision", index, "shell", "env"), block.shell.env
    for event, hooks in machine.hooks.items():
        for index, hook in enumerate(hooks):
            yield ("hooks", str(event), index, "env"), hook.env
