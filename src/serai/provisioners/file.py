"""The file provisioner: a file or a tree from the host into the guest (VAG-10)."""

from __future__ import annotations

from pathlib import Path

from serai.guest.transport import OnLine, Transport
from serai.spec.machine import Machine
from serai.spec.provision import File
from serai.util.errors import Code, SeraiError


def inputs(block: File, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [block.source], None


def run(block: File, *, key: str, machine: Machine, transport: Transport, root: Path, out: OnLine) -> None:
    """See provisioners.run. A tree's content lands in the destination itself, however often it is copied."""
    source = root / Path(block.source).expanduser()
    if not source.exists():
        raise SeraiError(
            Code.INPUT,
            f"{machine.name}: provision {key}: the source {source} does not exist",
            hint="paths are relative to the project file",
        )
    try:
        transport.put(source, block.destination, mode=block.mode, owner=block.owner)
    except SeraiError as error:
        if error.code is not Code.FAILED:
            raise
        cause = error.message.removeprefix(f"{machine.name}: ")
        raise SeraiError(
            Code.FAILED,
            f"{machine.name}: provision {key}: {cause}",
            hint=f"serai provision {machine.name} --provision-with {key}",
            details=error.details,
        ) from error
    out(f"{block.source} -> {block.destination}")
