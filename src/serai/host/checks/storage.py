"""Checks of where machines keep their disks: file system, O_DIRECT, space, queues (DISK-1..3)."""

from __future__ import annotations

from pathlib import Path

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.util.units import human_size

TABLE = Table()
LITTLE = 0.1
"""Of a file system; below, overlays that grow stop their guests."""


def _pool(facts: Facts) -> str:
    """The first place for disks that is there, serai's own first."""
    if not facts.storage.pools:
        raise Unknown("no place for disks is there yet", "/var/lib/libvirt/images")
    return facts.storage.pools[0]


@TABLE.row(
    "sto.filesystem",
    "disks are on a file system that suits them",
    reads="/proc/mounts",
    worst=Outcome.WARN,
    why="Copy-on-write tears a guest's disk into pieces; tmpfs and overlay lose it at the next boot.",
    next="ext4 or xfs for disks; on btrfs chattr +C on the empty directory",
    when_not="btrfs with nodatacow, or for guests that write little.",
    source="btrfs(5): nodatacow",
    guide=("DISK-3",),
)
def filesystem(facts: Facts) -> Finding:
    pool = _pool(facts)
    place, kind = facts.storage.kind(pool)
    value = f"{kind} at {place}"
    if kind in ("tmpfs", "overlay", "ramfs"):
        return warn(pool, "disks are lost at the next boot", value)
    if kind == "btrfs":
        try:
            flags = facts.source.run("lsattr", "-d", pool).text.split()[:1]
        except Unknown:
            flags = []
        if flags and "C" in flags[0]:
            return passed(pool, f"{value}, +C")
        return warn(pool, "each write to a disk tears it into pieces, without +C", value)
    return passed(pool, value)


@TABLE.row(
    "sto.direct",
    "disks can be opened without the host's cache",
    reads="open(2) with O_DIRECT",
    worst=Outcome.FAIL,
    why="cache=none and io=native need O_DIRECT; a file system that refuses it stops the machine's start.",
    next="another file system for disks, or cache: writeback",
    source="open(2): O_DIRECT",
    guide=("DISK-1", "DISK-2"),
)
def direct(facts: Facts) -> Finding:
    pool = _pool(facts)
    said = facts.source.ask("direct", pool)
    return passed(pool, "O_DIRECT") if said == "yes" else fail(pool, "cache=none does not work here", "EINVAL")


@TABLE.row(
    "sto.space",
    "there is space for disks",
    reads="statvfs(2)",
    worst=Outcome.FAIL,
    why="A guest whose overlay cannot grow is paused, or its file system breaks.",
    next="serai image prune, or a larger file system",
    source="statvfs(3)",
    guide=("DISK-3",),
)
def space(facts: Facts) -> Finding:
    pool = _pool(facts)
    free, total = map(int, facts.source.ask("space", pool).split())
    value = f"{human_size(free)} of {human_size(total)} free"
    if facts.wants.disk > free:
        return fail(pool, f"the disks of {facts.wants.project} may grow to {human_size(facts.wants.disk)}", value)
    return fail(pool, "less than a tenth is free", value) if free < LITTLE * total else passed(pool, value)


@TABLE.row(
    "sto.scheduler",
    "fast disks are not slowed down by a scheduler",
    reads="/sys/block/*/queue/scheduler",
    worst=Outcome.NOTE,
    why="bfq spends more time on an NVMe disk's requests than the disk.",
    next='ACTION=="add|change", KERNEL=="nvme*", ATTR{queue/scheduler}="none" in a udev rule',
    undo="remove the rule",
    source="Linux, Documentation/block/switching-sched.rst",
    guide=("DISK-1",),
)
def scheduler(facts: Facts) -> Finding:
    if not facts.storage.disks:
        return not_applicable("/sys/block", "no disk is to be seen")
    for disk in facts.storage.disks:
        seen = facts.storage.queue(disk, "scheduler")
        if "[bfq]" in seen.text and facts.storage.queue(disk, "rotational").text == "0":
            return note(seen, "bfq costs more than it gives on disks without heads")
    return passed("/sys/block/*/queue/scheduler", f"{len(facts.storage.disks)} disks")


@TABLE.row(
    "sto.discard",
    "space that guests free comes back",
    reads="/sys/block/*/queue/discard_max_bytes",
    worst=Outcome.NOTE,
    why="With discard: unmap a guest's freed blocks go back to the host, if its disk takes them.",
    next="discard: unmap for disks, and fstrim.timer in guests",
    source="Linux, Documentation/ABI/stable/sysfs-block: discard_max_bytes",
    guide=("DISK-2",),
)
def discard(facts: Facts) -> Finding:
    seen = [facts.storage.queue(disk, "discard_max_bytes") for disk in facts.storage.disks]
    seen = [each for each in seen if each.there]
    if not seen:
        return not_applicable("/sys/block", "no disk is to be seen")
    without = [each for each in seen if each.text == "0"]
    return note(without[0], "this disk takes no freed blocks back") if without else passed(seen[0])


@TABLE.row(
    "sto.aio",
    "there are slots for asynchronous requests",
    reads="/proc/sys/fs/aio-nr, /proc/sys/fs/aio-max-nr",
    worst=Outcome.WARN,
    why="Each disk with io=native takes slots of the whole host; without one the machine does not start.",
    next="serai host tune many-guests",
    undo="serai host undo many-guests",
    numbers="the kernel's default is 65536",
    source="Linux, Documentation/admin-guide/sysctl/fs.rst",
    guide=("DISK-1",),
)
def aio(facts: Facts) -> Finding:
    used, most = facts.sysctl("fs.aio-nr"), facts.sysctl("fs.aio-max-nr")
    if not used.there:
        return not_applicable(used, "this kernel has no asynchronous I/O")
    value = f"{used.number} of {most.number}"
    return warn(used, "nearly all are taken", value) if used.number > 0.8 * most.number else passed(used, value)


@TABLE.row(
    "sto.io-uring",
    "io_uring can be used",
    reads="/proc/sys/kernel/io_uring_disabled",
    worst=Outcome.WARN,
    why="With 2 nobody, with 1 only a group may use it: a disk with io_uring does not open.",
    next="kernel.io_uring_disabled = 0 in /etc/sysctl.d/90-guests.conf, or io: native",
    undo="remove that file",
    when_not="Hosts that keep it off for safety: io: native or threads do the work.",
    source="Linux, Documentation/admin-guide/sysctl/kernel.rst: io_uring_disabled",
    guide=("DISK-1",),
)
def io_uring(facts: Facts) -> Finding:
    seen = facts.sysctl("kernel.io_uring_disabled")
    if not seen.there:
        if not facts.kernel > (0, 0):
            raise Unknown("the kernel's release is not known", "/proc/sys/kernel/osrelease")
        return not_applicable(seen, "this kernel cannot switch it off")
    return warn(seen, "disks with io_uring do not open") if seen.number == 2 else passed(seen)


IMAGES = "/var/lib/libvirt/images"
QCOW2 = b"QFI\xfb"


def _promised(path: Path) -> int:
    """Bytes that a disk may grow to: the size that its qcow2 header tells, else its own."""
    with path.open("rb") as file:
        head = file.read(32)
    return int.from_bytes(head[24:32], "big") if head[:4] == QCOW2 else path.stat().st_size


@TABLE.row(
    "sto.promised",
    "the disks of all guests fit, should they fill up",
    reads=f"{IMAGES}: headers of its files, statvfs(2)",
    worst=Outcome.NOTE,
    why="Overlays grow: guests that were promised more than there is stop together, at the worst time.",
    next="watch the free space (sto.space), or move disks to a larger file system",
    when_not="Guests that are known to stay small.",
    source="QEMU, docs/interop/qcow2.txt: size",
    guide=("DISK-3",),
)
def promised(facts: Facts) -> Finding:
    if not facts.source.has(IMAGES):
        return not_applicable(IMAGES, "there is no pool of libvirt's")
    try:
        files = [path for path in (facts.source.root / IMAGES.lstrip("/")).iterdir() if path.is_file()]
        total = sum(_promised(path) for path in files)
    except OSError as error:
        raise Unknown(f"cannot be read: {error.strerror}", IMAGES) from error
    if not files:
        return not_applicable(IMAGES, "it holds no disk")
    _, size = map(int, facts.source.ask("space", IMAGES).split())
    value = f"{len(files)} disks: {human_size(total)} of {human_size(size)}"
    return note(IMAGES, "more was promised than there is", value) if total > size else passed(IMAGES, value)


@TABLE.row(
    "sto.trim",
    "the host gives freed blocks back to its own disks",
    reads="fstrim.timer, /sys/block/*/queue/discard_max_bytes",
    worst=Outcome.NOTE,
    why="What guests and images gave back stays taken on the disk below until somebody trims the file system.",
    next="systemctl enable --now fstrim.timer",
    undo="systemctl disable --now fstrim.timer",
    when_not="File systems that are mounted with discard.",
    source="fstrim(8)",
    guide=("DISK-2",),
)
def trim(facts: Facts) -> Finding:
    if not facts.services.installed("fstrim.timer"):
        return not_applicable("/usr/lib/systemd/system", "there is no fstrim.timer")
    takes = [facts.storage.queue(disk, "discard_max_bytes") for disk in facts.storage.disks]
    if not any(each.there and each.text != "0" for each in takes):
        return not_applicable("/sys/block", "no disk takes freed blocks back")
    place = "/etc/systemd/system/timers.target.wants/fstrim.timer"
    return (
        passed(place, "there") if facts.services.enabled("fstrim.timer") else note(place, "nobody trims", "none")
    )
