"""The chef_solo provisioner: chef-solo with cookbooks of the project (VAG-10)."""

from __future__ import annotations

from serai.provisioners import chef_runner
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.chef import ChefSolo


def inputs(block: ChefSolo, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return chef_runner.inputs(block, machine)


def run(block: ChefSolo, job: Job) -> None:
    """See Provisioner.run."""
    chef_runner.run("chef_solo", block, job)
