"""All boot tools, and the one that a host has: the first of the list that finds itself there."""

from __future__ import annotations

from serai.host.boot.entries import Grubby, Sdbootutil, SystemdBoot
from serai.host.boot.grub import Default, DropIn
from serai.host.boot.ostree import Bootc, RpmOstree
from serai.host.boot.proxmox import Proxmox
from serai.host.boot.tool import BootTool
from serai.host.boot.uki import Uki
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

TOOLS: tuple[BootTool, ...] = (
    Bootc(),
    RpmOstree(),
    Proxmox(),
    Sdbootutil(),
    Uki(),
    SystemdBoot(),
    Grubby(),
    DropIn(),
    Default(),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def found(reach: Reach) -> tuple[BootTool, str] | None:
    """The tool, and what shows it; None: nobody known writes arguments here."""
    return next(((tool, where) for tool in TOOLS if (where := tool.here(reach))), None)


def tool_of(reach: Reach) -> BootTool:
    """Raises SeraiError (Code.UNSUPPORTED) where none is known."""
    here = found(reach)
    if here is None:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{reach.name}: no tool for the kernel's arguments is known here",
            hint="write them as your boot loader wants them; serai host check boot.tool says what was looked for",
        )
    return here[0]
