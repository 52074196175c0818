"""One tuning: a row with all that is to be said of it, and the function that plans its changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from serai.host.changes.change import Change
from serai.host.facts.host import Facts
from serai.host.wants import Role, Wants
from serai.util.errors import Code, SeraiError


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked for with a tuning's name."""

    value: str = ""
    """Behind the name: `thp=never`; empty: the tuning's own advice."""
    memory: int = 0
    """Bytes of guests' memory: `--for 24GiB`; 0: not given."""
    wants: Wants = Wants()
    """What a project takes: `--for serai.yaml`."""
    page_size: int = 0
    """Bytes of one huge page; 0: the host's default."""
    interface: str = ""
    """The link of the host that is meant; empty: the one with the default route."""
    within: float = 60.0
    """Seconds in which a change of the network must be confirmed."""
    force: bool = False


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What a tuning would do here. Without changes there is nothing to do; `notes` say why, and what to know."""

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    must_confirm: bool = False
    """It changes the way in to the host: it is undone by itself unless it is confirmed (bridging/guarded.py)."""


Plan = Callable[[Facts, Asked], Planned]
"""Pure but for the facts. Raises SeraiError (Code.REFUSED, Code.UNSUPPORTED, Code.INPUT) with the way out."""


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """Texts are for people, as those of a check (checks/row.py)."""

    id: str
    title: str
    why: str
    plan: Plan
    values: str = ""
    """What may stand behind `=`: `madvise|never|always`; empty: nothing."""
    repairs: tuple[str, ...] = ()
    """Ids of the checks that it is the answer to."""
    needs: str = ""
    """`reboot`, `login`, or what it needs to take effect; empty: at once."""
    numbers: str = ""
    when_not: str = ""
    old: str = ""
    """The old advice, and what is wrong with it."""
    source: str
    guide: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """Options that it needs: `for`, `interface`; without them nothing can be planned."""
    roles: Mapping[Role, str] = {}
    """Roles that it belongs to -> the value for that role; empty: its own advice."""

    @property
    def undo(self) -> str:
        return f"serai host undo {self.id}"


class Table:
    """Tunings in the order that they are written in; `@table.tuning(...)` adds the function below it."""

    def __init__(self) -> None:
        self.rows: list[Tuning] = []

    def tuning(
        self,
        id: str,
        title: str,
        *,
        why: str,
        source: str,
        values: str = "",
        repairs: tuple[str, ...] = (),
        needs: str = "",
        numbers: str = "",
        when_not: str = "",
        old: str = "",
        guide: tuple[str, ...] = (),
        asks: tuple[str, ...] = (),
        roles: Mapping[Role, str] | None = None,
    ) -> Callable[[Plan], Plan]:
        """The arguments are those of Tuning."""

        def added(plan: Plan) -> Plan:
            self.rows.append(
                Tuning(
                    id=id, title=title, why=why, source=source, values=values, repairs=repairs, needs=needs,
                    numbers=numbers, when_not=when_not, old=old, guide=guide, asks=asks, roles=roles or {},
                    plan=plan,
                )
            )  # fmt: skip
            return plan

        return added


def choice(asked: Asked, default: str, *allowed: str) -> str:
    """The value that was asked for. Raises SeraiError (Code.INPUT) for one that there is not."""
    value = asked.value or default
    if value not in allowed:
        raise SeraiError(Code.INPUT, f"{value}: there are {', '.join(allowed)}")
    return value
