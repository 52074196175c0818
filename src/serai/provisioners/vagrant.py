"""Provisioners of a Vagrantfile that this version cannot run: refused by name, before anything is made."""

from __future__ import annotations

from pathlib import Path

from serai.guest.transport import OnLine, Transport
from serai.spec.machine import Machine
from serai.spec.provision import Vagrant
from serai.util.errors import Code, SeraiError


def refusal(machine: str, key: str, kind: str) -> SeraiError:
    return SeraiError(
        Code.UNSUPPORTED,
        f"{machine}: provision {key}: this version cannot run the provisioner {kind}",
        hint="serai up --no-provision, or --provision-with and the names of other blocks",
    )


def inputs(block: Vagrant, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [], None


def run(block: Vagrant, *, key: str, machine: Machine, transport: Transport, root: Path, out: OnLine) -> None:
    """Refuse."""
    raise refusal(machine.name, key, block.type)
