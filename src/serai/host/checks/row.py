"""One check: a row with all that is to be said of it, and the function that judges."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from serai.host.facts.host import Facts
from serai.host.facts.source import Reading
from serai.host.wants import Role


class Outcome(StrEnum):
    """What a check comes to, worst first. `unknown` was not measured, and never counts as passed."""

    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"
    UNKNOWN = "unknown"
    PASS = "pass"
    NOT_APPLICABLE = "not applicable"


class Finding(msgspec.Struct, frozen=True):
    """What a function found: `next` replaces the row's own next command where it can be more exact."""

    outcome: Outcome
    read: str
    value: str
    why: str = ""
    next: str = ""


Judge = Callable[[Facts], Finding]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A check. Texts are for people; `next` is a command or a sentence that says what to do."""

    id: str
    title: str
    reads: str
    worst: Outcome
    why: str
    judge: Judge
    next: str = ""
    verify: str = ""
    undo: str = ""
    reboot: str = ""
    """`reboot`, `reload` of a module or service, `login`; empty: at once."""
    numbers: str = ""
    when_not: str = ""
    old: str = ""
    """The old advice, and what is wrong with it."""
    source: str
    guide: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]


class Table:
    """Rows in the order that they are written in; `@table.row(...)` adds the function below it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def row(
        self,
        id: str,
        title: str,
        *,
        reads: str,
        worst: Outcome,
        why: str,
        source: str,
        next: str = "",
        verify: str = "",
        undo: str = "",
        reboot: str = "",
        numbers: str = "",
        when_not: str = "",
        old: str = "",
        guide: tuple[str, ...] = (),
        roles: tuple[Role, ...] = (),
    ) -> Callable[[Judge], Judge]:
        """A check; the arguments are those of Row."""

        def added(judge: Judge) -> Judge:
            self.rows.append(
                Row(
                    id=id, title=title, reads=reads, worst=worst, why=why, source=source, next=next,
                    verify=verify, undo=undo, reboot=reboot, numbers=numbers, when_not=when_not, old=old,
                    guide=guide, roles=roles, judge=judge,
                )
            )  # fmt: skip
            return judge

        return added


def finding(outcome: Outcome, seen: Reading | str, why: str = "", value: str = "", next: str = "") -> Finding:
    """`seen` is what was read, or only its place; then `value` says what was there."""
    if isinstance(seen, Reading):
        return Finding(outcome, seen.path, value or seen.value, why, next)
    return Finding(outcome, seen, value, why, next)


def passed(seen: Reading | str, value: str = "", why: str = "") -> Finding:
    return finding(Outcome.PASS, seen, why, value)


def note(seen: Reading | str, why: str, value: str = "", next: str = "") -> Finding:
    return finding(Outcome.NOTE, seen, why, value, next)


def warn(seen: Reading | str, why: str, value: str = "", next: str = "") -> Finding:
    return finding(Outcome.WARN, seen, why, value, next)


def fail(seen: Reading | str, why: str, value: str = "", next: str = "") -> Finding:
    return finding(Outcome.FAIL, seen, why, value, next)


def not_applicable(seen: Reading | str, why: str, value: str = "") -> Finding:
    return finding(Outcome.NOT_APPLICABLE, seen, why, value)
