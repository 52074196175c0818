"""The chef_apply provisioner: one recipe, given as its text (VAG-10)."""

from __future__ import annotations

from serai.provisioners.chef_config import apply_command
from serai.provisioners.chef_install import install
from serai.provisioners.chef_runner import FIND
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.chef import ChefApply


def inputs(block: ChefApply, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return ([block.installer] if block.installer and "://" not in block.installer else []), None


def run(block: ChefApply, job: Job) -> None:
    """See Provisioner.run."""
    install(job, block, "chef_apply")
    job.write(block.recipe, block.upload_path, mode="0600")
    job.script(FIND + apply_command(block), what="chef-apply")
