"""A change of the network that counts only when it is confirmed: begun, watched, and finished or given up.

First the running network is changed, under the timer. Only when it is confirmed are files written: a host that is
reset meanwhile starts as it always did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from serai.host import apply
from serai.host.apply import Tell
from serai.host.bridging import timer
from serai.host.bridging.evidence import Evidence, Session
from serai.host.bridging.link import Link
from serai.host.bridging.timer import Verdict
from serai.host.changes.change import Change, Seen
from serai.host.changes.known import AnyChange
from serai.host.changes.uplink_bridge import UplinkBridge
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

IDENT = "bridge"
PLAN = f"{timer.PLACE}/plan"

Ask = Callable[[float], bool]
"""Waits so many seconds for a person to agree; true: they did."""


class Begun(msgspec.Struct, frozen=True):
    """What `serai host confirm` finds of a change that was begun in another session."""

    value: str
    changes: list[AnyChange]


def tune(
    reach: Reach,
    value: str,
    changes: Sequence[Change],
    tell: Tell,
    ask: Ask,
    login: Session | None = None,
    by_evidence: bool = False,
) -> list[Seen]:
    """Do it, wait until it is confirmed, and write the files. Raises SeraiError when it was put back.

    With `by_evidence` it is confirmed as soon as the gateway answers and the SSH session carries data.
    """
    first = [each for each in changes if isinstance(each, UplinkBridge)]
    if not apply.needed(reach, first):
        return apply.tune(reach, IDENT, value, changes, tell)
    apply.tune(reach, IDENT, value, first, tell)
    begun = Begun(value, [each for each in changes if isinstance(each, AnyChange)])
    reach.write(PLAN, msgspec.json.encode(begun), mode=0o600)
    link = msgspec.json.decode(reach.read(f"{timer.PLACE}/link") or b"", type=Link)
    _wait(reach, Evidence(reach, link, first[0].bridge, login), tell, ask, by_evidence)
    return finish(reach, tell)


def _wait(reach: Reach, evidence: Evidence, tell: Tell, ask: Ask, by_evidence: bool) -> None:
    told = None
    while (now := timer.verdict(reach)) is Verdict.PENDING:
        why = evidence.against()
        if why != told or by_evidence:  # each line is data that the SSH session has to carry
            tell(f"waits to be confirmed: {why or 'the way in is open'}")
            told = why
        if by_evidence and not why:
            timer.confirm(reach)
        elif by_evidence and timer.verdict(reach) is Verdict.PENDING:
            timer.say_why(reach, f"nobody confirmed it, and {why}")
        if ask(1.0) and not by_evidence:
            timer.confirm(reach)
    if now is not Verdict.CONFIRMED:
        raise _rolled_back(reach)


def finish(reach: Reach, tell: Tell) -> list[Seen]:
    """After the confirmation: write the files. Raises SeraiError when the network was put back before."""
    if not timer.confirm(reach):
        raise _rolled_back(reach)
    begun = msgspec.json.decode(reach.read(PLAN) or b"", type=Begun)
    seen = apply.tune(reach, IDENT, begun.value, begun.changes, tell)
    reach.remove(timer.ROLLED_BACK)
    timer.clear(reach)
    return seen


def _rolled_back(reach: Reach) -> SeraiError:
    why = timer.why_rolled_back(reach)
    timer.clear(reach)
    if not why:
        return SeraiError(
            Code.INPUT,
            "no change of the network waits to be confirmed",
            hint="serai host undo lists what serai changed here",
        )
    return SeraiError(
        Code.FAILED,
        f"the bridge was put back: {why}",
        hint="find what cut the way in, then serai host tune bridge again",
    )
