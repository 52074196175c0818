"""Checks of a dom0 of Xen: that it is one, its tools and daemons, its memory and its processors (XEN-1)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Reading
from serai.host.wants import Role

TABLE = Table()
XEN = (Role.XEN_DOM0,)
CAPABILITIES = "/proc/xen/capabilities"
BACKENDS = ("xen_gntdev", "xen_evtchn", "xen_netback", "xen_blkback")
"""What dom0 serves guests by. Source: Xen, docs: dom0 kernel configuration."""


def _is_dom0(facts: Facts) -> bool:
    return "control_d" in facts.read(CAPABILITIES).text


def _comes(facts: Facts, module: str) -> bool:
    """Whether udev loads it with the first guest that needs it."""
    return facts.modules.file(module) and not facts.modules.forbidden(module)[0]


def _line(facts: Facts) -> Reading:
    """The hypervisor's own command line. Raises Unknown."""
    seen = facts.read("/sys/hypervisor/properties/commandline")
    return seen if seen.there else facts.source.run("xl", "info", "xen_commandline")


@TABLE.row(
    "xen.booted",
    "this host has booted Xen",
    reads=CAPABILITIES,
    worst=Outcome.FAIL,
    why="Xen comes before Linux: an entry of the boot loader starts the hypervisor, and it this kernel as dom0.",
    next="install xen-system-amd64 (Debian, Ubuntu) or xen (openSUSE, Arch), and boot its entry",
    reboot="reboot",
    source="Linux, Documentation/ABI/stable/sysfs-hypervisor-xen",
    guide=("XEN-1",),
    roles=XEN,
)
def booted(facts: Facts) -> Finding:
    seen = facts.read(CAPABILITIES)
    if _is_dom0(facts):
        return passed(seen)
    if Role.XEN_DOM0 not in facts.wants.roles:
        return not_applicable(seen, "asked for a dom0 of Xen: --role xen-dom0")
    if seen.there:
        return fail(seen, "this is a guest of Xen, no dom0", seen.value or "empty")
    return fail(seen, "Linux runs without Xen below it")


@TABLE.row(
    "xen.tools",
    "the tools of Xen are there, and its store is served",
    reads="/usr/sbin/xl, /proc/*/comm",
    worst=Outcome.FAIL,
    why="xl makes guests; dom0 and they meet in xenstore, which xenstored serves.",
    next="install xen-utils (Debian, Ubuntu) or xen-tools (openSUSE), and start xenstored",
    source="Xen, xl(1), xenstored(8)",
    guide=("XEN-1",),
    roles=XEN,
)
def tools(facts: Facts) -> Finding:
    if not _is_dom0(facts):
        return not_applicable(CAPABILITIES, "this is no dom0")
    xl = facts.source.program("xl")
    if not xl:
        return fail("/usr/sbin/xl", "no guest can be made", "not there")
    stores = [name for name in ("xenstored", "oxenstored") if facts.services.runs(name)]
    return passed(xl, stores[0]) if stores else fail("/proc/*/comm", "nobody serves xenstore", "no xenstored")


@TABLE.row(
    "xen.backends",
    "dom0 has the drivers that serve guests",
    reads="/sys/module/xen_*",
    worst=Outcome.WARN,
    why="A guest's disk and card end at xen_blkback and xen_netback in dom0.",
    next="modprobe them, and name them in /etc/modules-load.d",
    source="Linux, drivers/block/xen-blkback, drivers/net/xen-netback",
    guide=("XEN-1",),
    roles=XEN,
)
def backends(facts: Facts) -> Finding:
    if not _is_dom0(facts):
        return not_applicable(CAPABILITIES, "this is no dom0")
    lost = [name for name in BACKENDS if not (facts.modules.loaded(name) or _comes(facts, name))]
    return (
        warn("/sys/module", "guests have no disk or card", f"no {' '.join(lost)}")
        if lost
        else passed("/sys/module", " ".join(BACKENDS))
    )


@TABLE.row(
    "xen.dom0",
    "the first domain of Xen has memory of its own",
    reads="/proc/xen/capabilities, /proc/cmdline",
    worst=Outcome.WARN,
    why="Without dom0_mem with a maximum Xen gives all memory to dom0 and takes it back for each guest.",
    next="dom0_mem=4096M,max:4096M in GRUB_CMDLINE_XEN",
    reboot="reboot",
    source="Xen, docs/misc/xen-command-line: dom0_mem",
    guide=("XEN-1",),
    roles=XEN,
)
def dom0(facts: Facts) -> Finding:
    seen = facts.read("/proc/xen/capabilities")
    if "control_d" not in seen.text:
        return not_applicable(seen, "this is no dom0")
    line = _line(facts)
    if "dom0_mem" not in line.text:
        return warn(line, "dom0 takes all memory at start")
    return passed(line) if "max:" in line.text else warn(line, "dom0 has no maximum")


@TABLE.row(
    "xen.autoballoon",
    "xl does not take memory from dom0",
    reads="/etc/xen/xl.conf",
    worst=Outcome.NOTE,
    why="With a fixed dom0 autoballoon must be off, or guests' starts shrink dom0. `auto`, the default, is off "
    "where dom0_mem is stated.",
    next='autoballoon="off" in /etc/xen/xl.conf',
    source="Xen, xl.conf(5)",
    guide=("XEN-1",),
    roles=XEN,
)
def autoballoon(facts: Facts) -> Finding:
    if "control_d" not in facts.read("/proc/xen/capabilities").text:
        return not_applicable("/proc/xen/capabilities", "this is no dom0")
    seen = facts.engines.setting("/etc/xen/xl.conf", "autoballoon")
    if seen.text in ("off", "0"):
        return passed(seen)
    if seen.text in ("", "auto") and "dom0_mem" in _line(facts).text:
        return passed(seen, "auto, and off with dom0_mem")
    return note(seen, "guests' starts may shrink dom0", seen.text or "auto")


@TABLE.row(
    "xen.dom0-cpus",
    "dom0 has processors of its own",
    reads="/sys/hypervisor/properties/commandline",
    worst=Outcome.NOTE,
    why="Without a limit dom0 runs on all processors, among the guests, whose disks and cards wait for it then.",
    next="dom0_max_vcpus=2 dom0_vcpus_pin in GRUB_CMDLINE_XEN",
    reboot="reboot",
    when_not="a host with few guests",
    source="Xen, docs/misc/xen-command-line: dom0_max_vcpus, dom0_vcpus_pin",
    guide=("XEN-1",),
    roles=XEN,
)
def dom0_cpus(facts: Facts) -> Finding:
    if not _is_dom0(facts):
        return not_applicable(CAPABILITIES, "this is no dom0")
    line = _line(facts)
    lost = [word for word in ("dom0_max_vcpus", "dom0_vcpus_pin") if word not in line.text]
    return note(line, "dom0 shares all processors with guests", f"no {' '.join(lost)}") if lost else passed(line)
