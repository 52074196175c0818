"""The file provisioner: a file or a tree from the host into the guest (VAG-10)."""

from __future__ import annotations

from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provision import File


def inputs(block: File, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [block.source], None


def run(block: File, job: Job) -> None:
    """See Provisioner.run. A tree's content lands in the destination itself, however often it is copied."""
    job.put(job.path(block.source, "the source"), block.destination, mode=block.mode, owner=block.owner)
    job.out(f"{block.source} -> {block.destination}")
