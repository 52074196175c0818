"""Ansible's inventory of a project: machines that run, groups and variables of its ansible blocks (VAG-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serai.provisioners.ansible_inventory import Values, way
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.provisioners.ansible import AnsibleOptions
from serai.util.errors import SeraiError

KINDS = ("ansible", "ansible_local")


def hosts(workspace: Workspace, machines: Iterable[Machine]) -> tuple[dict[str, Values], list[str]]:
    """Variables of each machine that runs, and a line for each that does not."""
    found: dict[str, Values] = {}
    absent = []
    for machine in machines:
        try:
            endpoint = workspace.provider(machine.name).endpoint(machine.name)
        except SeraiError as error:
            absent.append(error.message)
            continue
        found[machine.name] = way(endpoint, machine.name)
    return found, absent


def stated(machines: Iterable[Machine]) -> AnsibleOptions:
    """Groups and variables of hosts of all ansible blocks: what the later states of the same group counts."""
    groups: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    seen: list[Mapping[str, Any]] = []
    for machine in machines:
        for block in machine.provision:
            for kind in KINDS:
                told = block.tool.get(kind)
                if told is not None and told not in seen[-1:]:  # often the one of `defaults`, of each machine
                    seen.append(told)
                    groups |= told.get("groups", {})
                    variables |= told.get("host_vars", {})
    return AnsibleOptions(groups=groups, host_vars=variables)
