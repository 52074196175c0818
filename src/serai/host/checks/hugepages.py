"""Checks of huge pages and NUMA: asked for, given, mounted, used, and where (MEM-1..4)."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import NOW, arguments
from serai.host.facts.host import Facts
from serai.host.facts.memory import NODES, POOLS
from serai.host.facts.source import Reading, Unknown
from serai.util.units import GIB, MIB, format_size, parse_size

TABLE = Table()
POOL_SOURCE = "Linux, Documentation/admin-guide/mm/hugetlbpage.rst"


def _reserved(facts: Facts, size: int) -> Finding:
    pool = next((each for each in facts.memory.pools if each.size == size), None)
    place = f"{POOLS}/hugepages-{size // 1024}kB"
    wanted = facts.wants.hugepages.get(size, 0)
    if size == facts.memory.info.get("Hugepagesize"):
        wanted += facts.wants.hugepages.get(0, 0)
    if pool is None:
        if wanted:
            return fail(place, f"{facts.wants.project} asks for pages that this host has not", "not there")
        return not_applicable(place, "this kernel or processor has no such pages")
    value = f"{pool.total} pages, {pool.free} free"
    pages = -(-wanted // size)
    if pages > pool.free:
        total = (pool.total - pool.free + pages) * size
        how = f"serai host tune hugepages --page-size {format_size(size)} --for {format_size(total)}"
        return fail(pool.path, f"{facts.wants.project} takes {pages}", value, next=how)
    return passed(pool.path, value)


@TABLE.row(
    "mem.huge-2m",
    "there are as many huge pages of 2 MiB as guests ask for",
    reads=f"{POOLS}/hugepages-2048kB",
    worst=Outcome.FAIL,
    why="A guest with huge pages does not start when one of its pages is missing.",
    next="serai host tune hugepages --for SIZE|FILE",
    verify="cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
    undo="serai host undo hugepages",
    numbers="512 pages for each GiB of guests",
    old="A line in /etc/sysctl.conf: it works, but says nothing of nodes, and nobody reads back what was given.",
    source=POOL_SOURCE,
    guide=("MEM-1", "MEM-2", "MEM-3"),
)
def huge_2m(facts: Facts) -> Finding:
    return _reserved(facts, 2 * MIB)


@TABLE.row(
    "mem.huge-1g",
    "there are as many huge pages of 1 GiB as guests ask for",
    reads=f"{POOLS}/hugepages-1048576kB",
    worst=Outcome.FAIL,
    why="Pages of 1 GiB must be taken at boot: later there is hardly a free GiB in one piece.",
    next="serai host tune hugepages --page-size 1GiB --for SIZE|FILE",
    verify="cat /sys/devices/system/node/node*/hugepages/hugepages-1048576kB/nr_hugepages",
    undo="serai host undo hugepages",
    reboot="reboot",
    source=POOL_SOURCE,
    guide=("MEM-1", "MEM-2", "MEM-3"),
)
def huge_1g(facts: Facts) -> Finding:
    return _reserved(facts, GIB)


ANYWHERE = -1
"""Of pages that the command line asks for without a node."""
FAILED = re.compile(r"HugeTLB: .*failed.*")
"""Source: Linux, mm/hugetlb.c: hugetlb_hstate_alloc_pages_report."""


def _asked(text: str, default: int) -> dict[tuple[int, int], int]:
    """(size of a page, node) -> how many the command line asks for; `0:1,1:1` is node by node."""
    found: dict[tuple[int, int], int] = {}
    size = default
    for word in arguments(text):
        key, _, value = word.partition("=")
        try:
            if key in ("hugepagesz", "default_hugepagesz"):
                size = parse_size(value)
            elif key == "hugepages":
                for part in value.split(","):
                    node, _, count = part.rpartition(":")
                    which = (size, int(node) if node else ANYWHERE)
                    found[which] = found.get(which, 0) + int(count)
        except ValueError:
            raise Unknown(f"{word} cannot be understood", NOW) from None
    return found


def _refusal(facts: Facts) -> str:
    """What the kernel said of pages that it could not make: a line for each size and node that it names.

    Empty: its log is not to be had, or says nothing.
    """
    try:
        said = [found[0] for line in facts.kernel_log.lines if (found := FAILED.search(line))]
    except Unknown:
        return ""
    return "; ".join(dict.fromkeys(" ".join(line.split()).rstrip(".") for line in said))


@TABLE.row(
    "mem.huge-asked",
    "the kernel gave what its command line asks for",
    reads=f"{NOW}, {POOLS}",
    worst=Outcome.FAIL,
    why="The kernel gives fewer pages without an error when memory, or one node of it, is too small.",
    next="ask for fewer: serai host tune hugepages --for SIZE|FILE",
    undo="serai host undo hugepages",
    verify="serai host check mem.huge-asked",
    reboot="reboot",
    source=POOL_SOURCE,
    guide=("MEM-3",),
)
def huge_asked(facts: Facts) -> Finding:
    asked = _asked(facts.boot.now.text, facts.memory.info.get("Hugepagesize", 0))
    if not asked:
        return not_applicable(NOW, "it asks for none")
    pools = [*facts.memory.pools, *(facts.memory.per_node if any(node >= 0 for _, node in asked) else ())]
    given = {(pool.size, pool.node): pool.total for pool in pools}
    parts, short = [], False
    for (size, node), count in asked.items():
        have = given.get((size, node), 0)
        short |= have < count
        where = f" on node {node}" if node >= 0 else ""
        parts.append(f"{format_size(size)}{where}: {have} of {count}")
    value = ", ".join(parts)
    if short:
        said = _refusal(facts)
        return fail(POOLS, "fewer than the command line asks for" + (f"; {said}" if said else ""), value)
    return passed(POOLS, value)


@TABLE.row(
    "mem.huge-nodes",
    "huge pages lie on all nodes alike",
    reads=f"{NODES}/node*/hugepages",
    worst=Outcome.NOTE,
    why="A guest that is bound to a node finds only the pages of that node.",
    next="serai host tune hugepages --for SIZE|FILE",
    undo="serai host undo hugepages",
    source=POOL_SOURCE,
    guide=("MEM-1", "MEM-3"),
)
def huge_nodes(facts: Facts) -> Finding:
    pools = facts.memory.per_node
    if len(facts.memory.nodes) < 2 or not any(pool.total for pool in pools):
        return not_applicable(NODES, "one node, or no pages are reserved")
    for size in {pool.size for pool in pools}:
        counts = {pool.node: pool.total for pool in pools if pool.size == size}
        if len(set(counts.values())) > 1:
            value = ", ".join(f"node {node}: {count}" for node, count in counts.items())
            return note(NODES, f"pages of {format_size(size)} lie on some nodes more than on others", value)
    return passed(NODES, "the same on each")


@TABLE.row(
    "mem.hugetlbfs",
    "reserved pages are mounted where QEMU finds them",
    reads="/proc/mounts",
    worst=Outcome.FAIL,
    why="libvirt gives guests pages from a mount of hugetlbfs; each size needs one of its own.",
    next="serai host tune hugepages --for SIZE|FILE",
    verify="virsh freepages --all",
    undo="serai host undo hugepages",
    reboot="reload",
    old="A line in /etc/fstab for /hugepages: systemd mounts /dev/hugepages by itself.",
    source="libvirt, qemu.conf: hugetlbfs_mount",
    guide=("MEM-4",),
)
def hugetlbfs(facts: Facts) -> Finding:
    reserved = [pool for pool in facts.memory.pools if pool.total]
    if not reserved:
        return not_applicable(POOLS, "no pages are reserved")
    mounts = facts.memory.mounts
    missing = [format_size(pool.size) for pool in reserved if pool.size not in mounts]
    value = ", ".join(f"{format_size(size)} at {place}" for size, place in mounts.items()) or "no hugetlbfs"
    if missing:
        return fail("/proc/mounts", f"no mount has pages of {', '.join(missing)}", value)
    return passed("/proc/mounts", value)


@TABLE.row(
    "mem.huge-unused",
    "reserved pages are used",
    reads=POOLS,
    worst=Outcome.NOTE,
    why="Reserved pages are lost to everything but guests that ask for them.",
    next="start the guests that they are for, or write 0 to nr_hugepages",
    source=POOL_SOURCE,
    guide=("MEM-1",),
)
def huge_unused(facts: Facts) -> Finding:
    reserved = [pool for pool in facts.memory.pools if pool.total]
    if not reserved:
        return not_applicable(POOLS, "no pages are reserved")
    idle = [pool for pool in reserved if pool.free == pool.total]
    if idle and not facts.wants.hugepages:
        return note(idle[0].path, "nobody uses them", f"{idle[0].total} pages of {format_size(idle[0].size)}")
    return passed(
        POOLS, ", ".join(f"{format_size(pool.size)}: {pool.total - pool.free} used" for pool in reserved)
    )


@TABLE.row(
    "numa.nodes",
    "whether memory has a near and a far side",
    reads=f"{NODES}/online",
    worst=Outcome.NOTE,
    why="A guest whose memory lies on another node than its processors waits longer for each miss of the cache.",
    next="bind large guests to a node: numa.host_nodes and cpu.pin",
    source="Linux, Documentation/admin-guide/mm/numa_memory_policy.rst",
)
def nodes(facts: Facts) -> Finding:
    seen = facts.read(f"{NODES}/online")
    if not seen.there:
        return not_applicable(seen, "this kernel knows no NUMA")
    count = len(facts.memory.nodes)
    return note(seen, "large guests should be bound to one", f"{count} nodes") if count > 1 else passed(seen)


@TABLE.row(
    "numa.balancing",
    "the kernel does not move memory of pinned guests",
    reads="/proc/sys/kernel/numa_balancing",
    worst=Outcome.NOTE,
    why="Automatic balancing takes page faults to learn who uses what; pinned guests gain nothing from it.",
    next="serai host tune numa-balancing",
    undo="serai host undo numa-balancing",
    when_not="Guests that are not pinned: there it helps.",
    source="Linux, Documentation/admin-guide/sysctl/kernel.rst",
)
def balancing(facts: Facts) -> Finding:
    seen = facts.sysctl("kernel.numa_balancing")
    if not seen.there or len(facts.memory.nodes) < 2:
        return not_applicable(seen, "there is one node, or no NUMA")
    return note(seen, "it costs pinned guests page faults") if seen.number else passed(seen)


@TABLE.row(
    "numa.numad",
    "numad does not work against pinning",
    reads="/proc/*/comm, /etc/libvirt/qemu/*.xml",
    worst=Outcome.WARN,
    why="numad moves processes between nodes, also those that are pinned.",
    next="systemctl disable --now numad",
    undo="systemctl enable --now numad",
    source="numad(8)",
)
def numad(facts: Facts) -> Finding:
    if not facts.services.runs("numad"):
        return not_applicable("/proc/*/comm", "numad does not run")
    pinned = [each for each in facts.engines.domains if "<vcpupin" in each.text]
    return (
        warn(pinned[0], "numad moves it although it is pinned", "vcpupin")
        if pinned
        else passed("/proc/*/comm", "numad")
    )


@TABLE.row(
    "numa.pci",
    "the firmware says on which node devices are",
    reads="/sys/bus/pci/devices/*/numa_node",
    worst=Outcome.NOTE,
    why="Without it nobody can place a guest beside its device.",
    next="update the firmware; switch `node interleaving` off there",
    reboot="reboot",
    source="Linux, Documentation/ABI/testing/sysfs-bus-pci: numa_node",
    guide=("GPU-3",),
)
def pci_nodes(facts: Facts) -> Finding:
    place = "/sys/bus/pci/devices"
    if len(facts.memory.nodes) < 2:
        return not_applicable(NODES, "there is one node")
    ends = [each for each in facts.pci.devices.values() if not each.is_bridge]
    if not ends:
        raise Unknown("no PCI device is to be seen", place)
    lost = [each for each in ends if each.node < 0]
    if lost:
        return note(Reading(f"{lost[0].path}/numa_node", "-1"), f"{len(lost)} of {len(ends)} devices have no node")
    return passed(place, f"{len(ends)} devices")
