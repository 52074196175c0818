"""A restart of the guest between two blocks: whoever runs the blocks does it, for only they can wait."""

from __future__ import annotations

from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Reload

RESTART = """
(sleep 1; sync; systemctl reboot --no-wall 2>/dev/null || reboot || shutdown -r now) >/dev/null 2>&1 </dev/null &
"""
"""Asked for in the background, so that the way in can end before the guest does."""
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
"""Another one after each start. Source: Linux, random(4)."""


def wanted(block: Provision) -> bool:
    """Whether the guest restarts once the block is done."""
    return block.reload is not None or (block.shell is not None and block.shell.reboot)


def inputs(block: Reload, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [], None


def run(block: Reload, job: Job) -> None:
    """Nothing is done before the restart."""
