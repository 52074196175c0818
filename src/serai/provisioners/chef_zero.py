"""The chef_zero provisioner: chef-client with cookbooks of the project and a server in memory (VAG-10)."""

from __future__ import annotations

from serai.provisioners import chef_runner
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.chef import ChefZero


def inputs(block: ChefZero, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return chef_runner.inputs(block, machine)


def run(block: ChefZero, job: Job) -> None:
    """See Provisioner.run."""
    chef_runner.run("chef_zero", block, job)
