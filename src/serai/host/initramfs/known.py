"""All tools that make an initramfs, and the one that a host has."""

from __future__ import annotations

from serai.host.initramfs.dracut import Dracut
from serai.host.initramfs.initramfs_tools import InitramfsTools
from serai.host.initramfs.mkinitcpio import Mkinitcpio
from serai.host.initramfs.tool import InitramfsTool
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

TOOLS: tuple[InitramfsTool, ...] = (Mkinitcpio(), Dracut(), InitramfsTools())
"""Where two are there: dracut brings an update-initramfs of its own in Debian."""
BY_NAME = {tool.name: tool for tool in TOOLS}


def found(reach: Reach) -> InitramfsTool | None:
    return next((tool for tool in TOOLS if tool.here(reach)), None)


def tool_of(reach: Reach) -> InitramfsTool:
    """Raises SeraiError (Code.UNSUPPORTED) where none is known."""
    here = found(reach)
    if here is None:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{reach.name}: no tool for the initramfs is there: mkinitcpio, dracut, update-initramfs",
            hint="a kernel without an initramfs has its drivers built in: then the command line is the way",
        )
    return here
