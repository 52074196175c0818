"""The chef_client provisioner: chef-client against a server (VAG-10)."""

from __future__ import annotations

from serai.provisioners import chef_runner
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.chef import ChefClient


def inputs(block: ChefClient, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return chef_runner.inputs(block, machine)


def run(block: ChefClient, job: Job) -> None:
    """See Provisioner.run."""
    chef_runner.run("chef_client", block, job)


def leave(block: ChefClient, job: Job) -> None:
    """The machine is gone: what the server has of it goes, too, where the block says so. By knife of this host."""
    name = block.node_name or job.machine.name
    for what, wanted in (("node", block.delete_node), ("client", block.delete_client)):
        if wanted:
            job.local(["knife", what, "delete", name, "--yes"])
