"""Rules of a packet filter that are there again after a boot: by a unit, or by a script of this init."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.filter import IptablesRules
from serai.host.facts.host import Facts
from serai.host.tunings import at_boot
from serai.host.tunings.tuning import Planned

FILTERS = "nftables.service netfilter-persistent.service iptables.service"
"""What loads rules of a person's own at boot, and may throw away all others before that."""


def lasting_rules(
    facts: Facts,
    ident: str,
    title: str,
    rules: tuple[str, ...],
    after: str,
    table: str = "filter",
    six: bool = False,
) -> Planned:
    """Rules of iptables at the head of their chains, and with `six` of ip6tables: now and at each boot."""
    programs = ("iptables", "ip6tables") if six else ("iptables",)
    changes = [IptablesRules(rules=rules, table=table, program=program) for program in programs]
    lines = [each for program in programs for each in at_boot.iptables_lines(rules, table, program)]
    start, stop = zip(*lines, strict=True)
    twice = tuple(f"{line.replace(' -I ', ' -C ')} 2>/dev/null || {line}" for line in start)
    kept, notes = lasting(facts, ident, title, start, stop, after, twice)
    return Planned(changes=(*changes, *kept), notes=notes)


def lasting(
    facts: Facts,
    ident: str,
    title: str,
    start: tuple[str, ...],
    stop: tuple[str, ...],
    after: str,
    twice: tuple[str, ...] = (),
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What does `start` at each boot, and a note where that is no unit. `twice`: the same, where a line that is
    run a second time would do harm."""
    if at_boot.has_systemd(facts):
        starts, stops = (tuple(_with_path(facts, line) for line in lines) for lines in (start, stop))
        return at_boot.unit(ident, title, starts, stops, after), ()
    script, note = at_boot.script(facts, ident, twice or start)
    return (script,) if script else (), (note,)


def _with_path(facts: Facts, line: str) -> str:
    """A unit wants the whole path of its program. Source: systemd.service(5), ExecStart=."""
    program, _, rest = line.partition(" ")
    return f"{facts.source.reach.program(program) or f'/usr/sbin/{program}'} {rest}"
