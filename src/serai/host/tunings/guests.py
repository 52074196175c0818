"""Limits of the kernel that many guests run into: each with its number from the count of guests."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.lasting import given, overruled, pairs, sysctl_file, sysctls
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.host.wants import Role
from serai.util.errors import Code, SeraiError

TABLE = Table()
IDENT = "many-guests"
USUAL = 50
"""Guests, where nobody says how many."""
MOST = 10_000


class Limit(msgspec.Struct, frozen=True):
    """A sysctl, what it must be for so many guests, and why."""

    key: str
    number: Callable[[int], int]
    why: str


def _rounded(number: int) -> int:
    """Up to a power of two."""
    return 1 << (number - 1).bit_length()


LIMITS = (
    Limit(
        "fs.aio-max-nr",
        lambda guests: _rounded(guests * 4 * 1024),
        "io=native: 1024 requests for each thread that does a guest's I/O (QEMU, block/linux-aio.c), four of them",
    ),
    Limit(
        "fs.inotify.max_user_instances",
        lambda guests: _rounded(guests * 32),
        "containers: the services of all of them count for one user; 32 for each are allowed for",
    ),
    Limit(
        "fs.inotify.max_user_watches",
        lambda guests: _rounded(guests * 4096),
        "containers: as above; 4096 for each are allowed for",
    ),
    Limit(
        "kernel.keys.maxkeys",
        lambda guests: _rounded(200 + guests * 8),
        "containers: a keyring for each session in them, eight are allowed for; 200 for one user is the default",
    ),
    Limit(
        "kernel.keys.maxbytes",
        lambda guests: _rounded(200 + guests * 8) * 100,
        "100 bytes for each key, as the default has it",
    ),
    Limit(
        "kernel.pid_max",
        lambda guests: _rounded(32768 + guests * 128),
        "threads of QEMU: processors, I/O threads, and up to 64 workers (QEMU, thread-pool.h)",
    ),
    Limit(
        "net.ipv4.neigh.default.gc_thresh3",
        lambda guests: _rounded(1024 + guests * 8),
        "neighbours of the host's bridges; beyond it packets to new guests are dropped",
    ),
    Limit(
        "net.ipv4.neigh.default.gc_thresh2",
        lambda guests: _rounded(1024 + guests * 8) // 2,
        "half of it, as the default has it",
    ),
    Limit(
        "net.ipv6.neigh.default.gc_thresh3",
        lambda guests: _rounded(1024 + guests * 8),
        "the same for IPv6, where each guest has two addresses at least",
    ),
    Limit(
        "net.ipv6.neigh.default.gc_thresh2",
        lambda guests: _rounded(1024 + guests * 8) // 2,
        "half of it, as the default has it",
    ),
)


@TABLE.tuning(
    IDENT,
    "limits of the kernel for many guests",
    why="A limit that is reached shows as something else: disks that do not open (fs.aio-max-nr), a systemd in "
    "a container that does not start (inotify, keys), packets to new guests that are lost (neighbours). They "
    "are only raised: what is higher already stays.",
    values="GUESTS",
    repairs=("sto.aio",),
    numbers=f"for {USUAL} guests: "
    + "; ".join(f"{each.key} {each.number(USUAL)} ({each.why})" for each in LIMITS),
    when_not="A few guests: the defaults are made for that.",
    old="Long lists of sysctls for every host, network buffers among them, with numbers that nobody measured. "
    "vm.max_map_count is not here: it counts for one process, not for all guests.",
    source="Linux, Documentation/admin-guide/sysctl/fs.rst, kernel.rst, networking/ip-sysctl.rst, "
    "security/keys/core.rst; QEMU, block/linux-aio.c, include/block/thread-pool.h; LXD, "
    "reference/server_settings",
    roles={Role.CONTAINER_HOST: "", Role.OVIRT_ENGINE: ""},
)
def many_guests(facts: Facts, asked: Asked) -> Planned:
    text = asked.value or str(USUAL)
    if not text.isdigit() or not 0 < int(text) <= MOST:
        raise SeraiError(Code.INPUT, f"{text}: a number of guests from 1 to {MOST} is wanted")
    wanted = {each.key: each.number(int(text)) for each in LIMITS}
    values = {key: str(number) for key, number in wanted.items() if _too_low(facts, key, number)}
    if not values:
        return Planned(notes=(f"all limits are high enough for {text} guests",))
    return Planned(changes=sysctls(IDENT, values, at_least=True), notes=tuple(overruled(facts, IDENT, values)))


def _too_low(facts: Facts, key: str, number: int) -> bool:
    """What our own drop-in has was too low when it was written; else what runs, or what others set, counts."""
    if key in pairs(facts, sysctl_file(IDENT)):
        return True
    others = given(facts, IDENT).get(key, ("", ""))[0]
    if others.isdigit() and int(others) >= number:
        return False
    try:
        now = facts.sysctl(key)
        return (now.there and now.number < number) or (not now.there and not facts.source.live)
    except Unknown:
        return not facts.source.live
