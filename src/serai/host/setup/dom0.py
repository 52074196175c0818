"""A dom0 of Xen out of a plain host: hypervisor and tools, and an entry in GRUB with dom0's share (XEN-1)."""

from __future__ import annotations

import re

from serai.host.boot.grub import DROP_INS, DropIn
from serai.host.boot.known import tool_of
from serai.host.changes.xen_boot import XenBoot
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.setup.asked import Asked, installed
from serai.host.tunings.tuning import Planned
from serai.util.cpuset import numbers
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB, human_size

FILE = f"{DROP_INS}/90-serai-xen-dom0.cfg"
"""Read before xen.cfg of the package, which makes Xen's entry the default one, by a title that 20_linux_xen writes
only where kernels are in a submenu: without one GRUB finds no such title, and starts Linux without Xen.
"""
BY_HAND = "GRUB_CMDLINE_XEN and the default entry, by hand; serai host check --role xen-dom0 looks at the result"
SHARE, LEAST, MOST = 8, GIB, 8 * GIB
"""dom0 has an eighth of the memory, within bounds, for its system and HVM guests' device models."""
CPUS = 4
"""dom0 has half of the processors, and no more than these, to serve disks and cards: serai's choice."""
ONLINE = "/sys/devices/system/cpu/online"


def xen_dom0(facts: Facts, asked: Asked) -> Planned:
    """Raises SeraiError (Code.UNSUPPORTED) where another boot tool is, (Code.INPUT) for more than there is."""
    reach = facts.source.reach
    packages = installed(facts, "xen-dom0", data=("/etc/xen/auto", "/var/lib/serai/xen"))
    tool = tool_of(reach)
    if tool.name != DropIn.name:
        message = f"Xen's own command line is not written by {tool.name} here"
        raise SeraiError(Code.UNSUPPORTED, message, hint=BY_HAND)
    words = share(facts, asked)
    text = (
        "# Written by serai host setup xen-dom0; serai host undo setup-xen-dom0 removes it.\n"
        f'GRUB_CMDLINE_XEN="$GRUB_CMDLINE_XEN {" ".join(words)}"\n'
        "XEN_OVERRIDE_GRUB_DEFAULT=1\n"
        "GRUB_DISABLE_SUBMENU=false\n"
    )
    entry = XenBoot(path=FILE, text=text, words=words, runs=tool.owes(reach), waits="reboot")
    notes = [
        "with a fixed dom0_mem xl takes no memory from dom0: its autoballoon is `auto`, which is off then",
        f"the entry without Xen stays in {tool.name}'s menu",
    ]
    return Planned(changes=(packages, entry), notes=tuple(notes))


def share(facts: Facts, asked: Asked) -> tuple[str, ...]:
    """What is dom0's alone: words for Xen's command line.

    Source: Xen, docs/misc/xen-command-line: dom0_mem, dom0_max_vcpus, dom0_vcpus_pin.
    """
    if (stands := standing(facts)) and not (asked.memory or asked.cpus):
        return stands
    memory = asked.memory or _memory(facts)
    cpus = asked.cpus or _cpus(facts)
    mib = memory // MIB
    return (f"dom0_mem={mib}M,max:{mib}M", f"dom0_max_vcpus={cpus}", "dom0_vcpus_pin")


def standing(facts: Facts) -> tuple[str, ...]:
    """What was given to it: of a host that runs as dom0 Linux sees that share alone."""
    found = re.search(
        r'^GRUB_CMDLINE_XEN="\$GRUB_CMDLINE_XEN (dom0_mem=[^"]*)"', facts.read(FILE).text, re.MULTILINE
    )
    return tuple(found[1].split()) if found else ()


def _memory(facts: Facts) -> int:
    """Bytes."""
    total = facts.memory.info["MemTotal"]
    if total < LEAST + LEAST // 2:
        raise SeraiError(
            Code.REFUSED,
            f"this host has {human_size(total)}: beside a dom0 there is none left for guests",
            hint="serai host setup xen-dom0 --memory SIZE states dom0's share",
        )
    whole = max(LEAST, min(MOST, total // SHARE))
    return whole - whole % (64 * MIB)


def _cpus(facts: Facts) -> int:
    """Half of them, where there are few."""
    try:
        there = len(numbers(facts.read(ONLINE).text))
    except (Unknown, ValueError):
        there = 1
    return max(1, min(CPUS, there // 2))
