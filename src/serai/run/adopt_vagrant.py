"""Machines that vagrant-libvirt made from the project's Vagrantfile: taken over as they are, not made twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

from serai.loaders.language import is_vagrantfile
from serai.loaders.vagrantfile.made import Made, made
from serai.plan.provisioning import keyed
from serai.providers.contract import Mark
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

PROVIDER = "libvirt"


def of_project(file: Path) -> dict[str, Made]:
    """What Vagrant has made beside this file, by the machine's name; nothing where it is no Vagrantfile."""
    return made(file.absolute().parent, os.environ) if is_vagrantfile(file) else {}


def refusal(workspace: Workspace, machine: Machine, known: dict[str, Made]) -> SeraiError | None:
    """Of a machine that is to be made and that Vagrant has made; None where its domain is gone."""
    there = known.get(machine.name)
    if there is None or machine.provider != PROVIDER:
        return None
    domain = domain_of(workspace, machine, there.uuid)
    if not domain:
        return None
    return SeraiError(
        Code.REFUSED,
        f"{machine.name}: Vagrant has made it already: it is the domain {domain}",
        hint=f"serai adopt {machine.name} takes it over, vagrant destroy {machine.name} removes it",
    )


def domain_of(workspace: Workspace, machine: Machine, uuid: str) -> str:
    """The domain's name; empty when there is none."""
    name: str = workspace.driver(PROVIDER).domain_of(uuid, machine.providers.libvirt.uri)  # type: ignore[attr-defined]
    return name


def adopt(workspace: Workspace, name: str, there: Made) -> str:
    """Take the domain over as machine `name` of the project, as its file describes it; the domain's name.

    Its disks stay where they are, whatever becomes of the machine. What Vagrant has provisioned is not done again.
    """
    machine = workspace.project.machines[name]
    domain = domain_of(workspace, machine, there.uuid)
    if not domain:
        raise SeraiError(
            Code.INPUT, f"{name}: libvirt has no domain {there.uuid}", hint=f"serai up {name} makes it anew"
        )
    with workspace.changing("adopt"):
        driver = workspace.driver(PROVIDER)
        driver.take(domain, name, machine.providers.libvirt.uri, machine)  # type: ignore[attr-defined]
        if there.provisioned and machine.provision:
            from serai.provisioners import registry

            root, now = workspace.scope.root, round(time.time(), 3)
            marks = {
                key: Mark(digest=registry.digest(block, machine, root), at=now) for key, block in keyed(machine)
            }
            driver.mark(name, marks)
    return domain
