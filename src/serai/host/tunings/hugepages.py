"""Huge pages for guests: how many, on which nodes, now and at each boot, and mounted (MEM-1..4)."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.lines import AddLines
from serai.host.changes.mount import Mount
from serai.host.changes.pages import HugePages
from serai.host.changes.processes import guests, runs
from serai.host.facts.host import Facts
from serai.host.facts.memory import POOLS, Pool
from serai.host.facts.source import Unknown
from serai.host.tunings.at_boot import has_systemd
from serai.host.tunings.boot_pages import on_command_line, short, value
from serai.host.tunings.lasting import given, head, is_there, pairs, sysctl_file, sysctl_text, tmpfiles_file
from serai.host.tunings.spread import WHOLE, place
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.host.wants import Pages
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, KIB, MIB, format_size, human_size

TABLE = Table()
IDENT = "hugepages"
LEAST_LEFT = 512 * MIB
"""Bytes that the host keeps at least: as much as OpenStack's Nova leaves it (reserved_host_memory_mb)."""
LEFT = 16
"""One part in so many of a node's memory is left for the host; QEMU takes from it beside guests' memory."""
MOUNT = "/dev/hugepages"
UNIT = "/etc/systemd/system/dev-hugepages{suffix}.mount"
DAEMONS = ("libvirtd", "virtqemud")


@TABLE.tuning(
    IDENT,
    "huge pages for guests are reserved, on the right nodes",
    why="A guest on huge pages misses the processor's TLB less often, and its memory cannot be swapped or "
    "split. The pages are reserved before anything else takes memory in pieces: per NUMA node, now and at each "
    "boot. Then it is read back how many the kernel really gave.",
    repairs=("mem.huge-2m", "mem.huge-1g", "mem.hugetlbfs", "mem.huge-asked", "mem.huge-nodes"),
    needs="reboot for pages of 1 GiB, where there is not that much in one piece",
    numbers="512 pages of 2 MiB for each GiB of guests; a sixteenth of each node, 512 MiB at least, is left "
    "for the host",
    when_not="Guests that come and go, or share memory by overcommitting: reserved pages are lost to "
    "everything else. Transparent huge pages give most of the gain without a reserve (serai explain thp).",
    old="vm.nr_hugepages in /etc/sysctl.conf and a hugetlbfs line in /etc/fstab: the number is of the whole "
    "host, nobody reads back what was given, and systemd has mounted /dev/hugepages for years.",
    source="Linux, Documentation/admin-guide/mm/hugetlbpage.rst; libvirt, qemu.conf: hugetlbfs_mount; "
    "tmpfiles.d(5)",
    guide=("MEM-1", "MEM-2", "MEM-3", "MEM-4"),
    asks=("for",),
)
def hugepages(facts: Facts, asked: Asked) -> Planned:
    wanted = _wanted(facts, asked)
    if not wanted:
        return Planned(
            notes=(
                f"no machine of {asked.wants.project} takes huge pages (memory.hugepages), and "
                f"{human_size(asked.wants.memory)} of ordinary memory; --for SIZE reserves some all the same",
            )
        )
    room = _room(facts, asked.force)
    changes: list[Change] = []
    notes: list[str] = []
    boot: dict[int, dict[int, int]] = {}
    for size, pages in sorted(wanted.items(), reverse=True):
        _must_know(facts, size)
        there = _there(facts, size, room)
        total = place(pages, size, {node: free + there[node] for node, free in room.items()}, asked.wants.project)
        for node, count in total.items():
            room[node] -= max(0, count * size - there[node])
        notes.append(_told(size, total))
        if used := sum(pool.total - pool.free for pool in _pools(facts) if pool.size == size and pool.node < 0):
            notes.append(f"{used} of them are in use now: if by guests that are not meant here, ask for more")
        boot[size] = total
    large = {size: value(facts, total) for size, total in boot.items() if size >= GIB}
    arguments = on_command_line(facts, large) if large else None
    for size, total in boot.items():
        changes += _now(facts, size, total, f"hugepages={large[size]}" if arguments and size in large else "")
        changes += _mounts(facts, size, notes)
    if arguments:
        changes.append(arguments)
    elif large:
        notes.append(
            "no tool for the kernel's command line is known here: for the next boot write "
            + " ".join(f"hugepagesz={short(size)} hugepages={count}" for size, count in large.items())
        )
    changes += _at_boot(facts, boot, notes)
    for size in sorted({size for size, _ in _ours(facts)} - set(boot)):
        notes.append(
            f"pages of {format_size(size)} of an earlier run stay; serai host undo hugepages gives them back"
        )
    return Planned(changes=tuple(changes), notes=tuple(notes))


def _wanted(facts: Facts, asked: Asked) -> dict[int, list[Pages]]:
    """Size of a page -> what guests take in such pages. Raises SeraiError when nobody said how much."""
    if not asked.memory and not asked.wants.project:
        raise SeraiError(
            Code.INPUT,
            "hugepages: for how much memory of guests?",
            hint="serai host tune hugepages --for 24GiB, or --for serai.yaml",
        )
    default = asked.page_size or _default(facts)
    pages = [Pages(default, asked.memory)] if asked.memory else list(asked.wants.pages)
    found: dict[int, list[Pages]] = {}
    for each in pages:
        found.setdefault(each.size or default, []).append(each)
    return found


def _default(facts: Facts) -> int:
    """The host's default size of a page; 2 MiB where nobody tells."""
    try:
        return facts.memory.info.get("Hugepagesize", 0) or 2 * MIB
    except Unknown:
        return 2 * MIB


def _must_know(facts: Facts, size: int) -> None:
    """Raises SeraiError for a size that the kernel has not, where there is one to ask."""
    try:
        known = [pool.size for pool in facts.memory.pools]
    except Unknown:
        known = []
    if size not in known and (known or facts.source.live):
        have = ", ".join(format_size(each) for each in sorted(known)) or "none"
        why = ": pages of 1 GiB need the processor's flag pdpe1gb" if size == GIB else ""
        raise SeraiError(
            Code.UNSUPPORTED,
            f"this host has no pages of {format_size(size)}, but of {have}{why}",
            hint="--page-size takes one of these",
        )


def _nodes(facts: Facts) -> tuple[int, ...]:
    try:
        return facts.memory.nodes or (WHOLE,)
    except Unknown:
        return (WHOLE,)


def _room(facts: Facts, force: bool) -> dict[int, int]:
    """Node -> bytes that it can give, now; with `force` at a boot, when nothing else runs.

    A tree that does not tell its memory is taken to have enough.
    """
    found = {}
    for node in _nodes(facts):
        try:
            free, total = facts.memory.room(node)
        except Unknown:
            free = total = 1 << 60
        nodes = len(_nodes(facts))
        found[node] = (total if force else free) - max(
            LEAST_LEFT // nodes, total // LEFT if total < 1 << 60 else 0
        )
    return found


def _pools(facts: Facts) -> list[Pool]:
    try:
        return [*facts.memory.per_node, *facts.memory.pools]
    except Unknown:
        return []


def _there(facts: Facts, size: int, room: dict[int, int]) -> dict[int, int]:
    """Node -> bytes that are reserved already: of what is asked for they are a part."""
    have = {pool.node: pool.total * size for pool in _pools(facts) if pool.size == size}
    return {node: have.get(node, 0) for node in room}


def _told(size: int, total: dict[int, int]) -> str:
    count = sum(total.values())
    where = ", ".join(f"node {node}: {pages}" for node, pages in total.items() if node != WHOLE)
    return f"{count} pages of {format_size(size)} are {human_size(count * size)}" + (
        f" ({where})" if where else ""
    )


def _now(facts: Facts, size: int, total: dict[int, int], at_boot: str) -> list[Change]:
    """What was reserved for others stays; what an earlier run of ours reserved beyond it is given back."""
    ours = _ours(facts)
    return [
        HugePages(
            size=size,
            count=count,
            node=node,
            at_least=ours.get((size, node), 0) <= count,
            at_boot=at_boot,
        )
        for node, count in total.items()
    ]


def _ours(facts: Facts) -> dict[tuple[int, int], int]:
    """(size, node) -> pages that our own drop-ins ask for."""
    found = {}
    if count := pairs(facts, sysctl_file(IDENT)).get("vm.nr_hugepages"):
        found[(_default(facts), _nodes(facts)[0])] = int(count)
    path = tmpfiles_file(IDENT)
    for line in facts.read(path).lines if is_there(facts, path) else ():
        words = line.split()
        if words[:1] == ["w!"]:
            parts = words[1].split("/")
            node = int(parts[5].removeprefix("node")) if parts[5].startswith("node") else WHOLE
            size = int(parts[-2].removeprefix("hugepages-").removesuffix("kB")) * KIB
            found[(size, node)] = int(words[-1])
    return found


def _at_boot(facts: Facts, total: dict[int, dict[int, int]], notes: list[str]) -> list[Change]:
    """sysctl.d where one number says it, tmpfiles.d where nodes have their own; libvirt starts after both."""
    small = {size: counts for size, counts in total.items() if size < GIB}
    changes: list[Change] = []
    if not small:
        return changes
    others, path = given(facts, IDENT).get("vm.nr_hugepages", ("", ""))
    if others:
        notes.append(f"{path} sets vm.nr_hugepages = {others} at boot, too: remove it there, one of the two wins")
    one = len(small) == 1 and _default(facts) in small
    if one and (len(_nodes(facts)) == 1 or not has_systemd(facts)):
        values = {"vm.nr_hugepages": str(sum(small[_default(facts)].values()))}
        if len(_nodes(facts)) > 1:
            notes.append("without systemd the kernel spreads them over the nodes by itself at boot")
        return [*changes, WriteFile(path=sysctl_file(IDENT), text=sysctl_text(IDENT, values))]
    if not has_systemd(facts):
        notes.append("nothing reserves them at the next boot: this host has no systemd, and sysctl one size only")
        return changes
    lines = [
        f"w! {HugePages(size=size, count=count, node=node).path} - - - - {count}\n"
        for size, counts in small.items()
        for node, count in counts.items()
    ]
    return [*changes, WriteFile(path=tmpfiles_file(IDENT), text=head(IDENT) + "".join(lines))]


def _mounts(facts: Facts, size: int, notes: list[str]) -> list[Change]:
    """A mount of hugetlbfs for a size that has none; systemd mounts the default size by itself."""
    default = size == _default(facts)
    try:
        if size in facts.memory.mounts or (default and has_systemd(facts) and not facts.source.live):
            return []
    except Unknown:
        if default:
            return []
    suffix = "" if default else short(size)
    where = f"{MOUNT}{suffix}"
    options = "" if default else f"pagesize={short(size)}"
    restarts = _restarts(facts, notes)
    now = Mount(kind="hugetlbfs", where=where, options=options, runs=restarts)
    if not has_systemd(facts):
        line = f"hugetlbfs {where} hugetlbfs {options or 'defaults'} 0 0"
        notes.append(f"without systemd nothing makes {where} at the next boot: mkdir it before /etc/fstab is read")
        return [now, AddLines(path="/etc/fstab", lines=(line,))]
    if default:
        return [now]
    text = (
        f"{head(IDENT)}[Unit]\nDescription=Huge pages of {format_size(size)} for guests\nDefaultDependencies=no\n"
        f"Before=sysinit.target\nConditionPathExists={POOLS}/hugepages-{size // KIB}kB\n\n"
        f"[Mount]\nWhat=hugetlbfs\nWhere={where}\nType=hugetlbfs\nOptions={options}\n"
    )
    unit = UNIT.format(suffix=suffix)
    wants = f"[Unit]\nWants={unit.rpartition('/')[2]}\n"
    drop_in = f"/etc/systemd/system/sysinit.target.d/90-serai-{IDENT}.conf"
    return [
        WriteFile(path=unit, text=text, runs=("daemon-reload",)),
        WriteFile(path=drop_in, text=head(IDENT) + wants, runs=("daemon-reload",)),
        now,
    ]


def _restarts(facts: Facts, notes: list[str]) -> tuple[str, ...]:
    """libvirt looks for mounts of hugetlbfs when it starts."""
    reach = facts.source.reach
    running = [daemon for daemon in DAEMONS if facts.source.live and runs(reach, daemon)]
    if not running:
        return ()
    if holders := guests(reach):
        notes.append(
            f"{running[0]} must be restarted to see the new mount; {', '.join(holders[:3])} runs, so it is not "
            "done now: restart it when guests may be without it for a moment"
        )
        return ()
    if not has_systemd(facts):
        notes.append(f"{running[0]} must be restarted to see the new mount: there is no systemd here that does it")
        return ()
    return tuple(f"restart-{daemon}" for daemon in running)
