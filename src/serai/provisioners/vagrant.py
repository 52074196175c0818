"""Provisioners of a file that this version cannot run: refused by name, before anything is made."""

from __future__ import annotations

from typing import Any

from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provision import Vagrant
from serai.util.errors import Code, SeraiError


def refusal(machine: str, key: str, kind: str) -> SeraiError:
    return SeraiError(
        Code.UNSUPPORTED,
        f"{machine}: provision {key}: this version cannot run the provisioner {kind}",
        hint="serai up --no-provision, or --provision-with and the names of other blocks",
    )


def inputs(block: Any, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [], None


def run(block: Any, job: Job) -> None:
    """Refuse."""
    raise refusal(job.machine.name, job.key, block.type if isinstance(block, Vagrant) else job.key)
