"""What serai has changed on this host: in effect, waiting for a reboot, or lost (MEM-6, GPU-2, GPU-6)."""

from __future__ import annotations

from serai.host.changes.change import PLACE, Seen, State
from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown

TABLE = Table()


@TABLE.row(
    "boot.applied",
    "what serai changed is in effect",
    reads=f"{PLACE}, and what each change is read back from",
    worst=Outcome.FAIL,
    why="A change can wait for a reboot, and a reboot can fail to bring it: somebody edited the file, another "
    "entry was booted, a new kernel's entry was made from another line.",
    next="serai host undo lists each change with what the host has now",
    verify="serai host check boot.applied",
    undo="serai host undo",
    source="serai's own records; /proc/cmdline, the boot loader's entries, /etc/kernel/cmdline",
    guide=("MEM-6", "GPU-2", "GPU-6"),
)
def applied(facts: Facts) -> Finding:
    """Lost counts more than waiting; what runs programs for long is not asked here."""
    if not any(name.endswith(".json") for name in facts.source.names(PLACE)):
        return not_applicable(PLACE, "serai has changed nothing here")
    # Every kind of change is imported only where one was done: it takes longer than all other checks.
    from serai.host.apply import standing
    from serai.host.ledger import Ledger

    reach = facts.source.reach
    try:
        records = Ledger(reach).all()
        found = [(record, seen) for record in records for _, seen in standing(reach, record, glance=True)]
    except OSError as error:
        raise Unknown(f"cannot be read: {error.strerror}", error.filename or PLACE) from error
    lost = [(record.id, seen) for record, seen in found if seen.state is State.LOST]
    if lost:
        return fail(lost[0][1].read, _why(lost), _shown(lost), next=f"serai host tune {lost[0][0]}")
    broken = [record.id for record in records if not record.finished]
    if broken:
        return warn(PLACE, "a run did not end", " ".join(broken), next=f"serai host tune {broken[0]}")
    waiting = [(record.id, seen) for record, seen in found if seen.state is State.PENDING]
    if waiting:
        return note(waiting[0][1].read, _why(waiting), _shown(waiting), next=_way(waiting))
    return passed(PLACE, " ".join(sorted(record.id for record in records)))


def _shown(found: list[tuple[str, Seen]]) -> str:
    return "; ".join(dict.fromkeys(f"{ident}: {seen.value}" for ident, seen in found))


def _why(found: list[tuple[str, Seen]]) -> str:
    """`iommu waits for reboot`, or why it is lost."""
    waits = "waits for " if found[0][1].state is State.PENDING else ""
    return "; ".join(dict.fromkeys(f"{ident} {waits}{seen.why}" for ident, seen in found))


def _way(waiting: list[tuple[str, Seen]]) -> str:
    reboots = any(seen.why.startswith("reboot") for _, seen in waiting)
    return "reboot, when the guests allow it" if reboots else ""
