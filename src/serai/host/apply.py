"""Do what a tuning plans, journalled, and undo it: the one place where changes happen to a host.

Both go on after a kill: what the journal says is begun is finished or put back first.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from serai.host.changes.change import REBOOT, Change, Kept, Seen, State
from serai.host.changes.file import remove_empty
from serai.host.changes.followup import follow, in_order
from serai.host.changes.known import AnyChange
from serai.host.ledger import Ledger, Phase, Record, Step
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

Tell = Callable[[str], None]
"""Is told each thing that is done, as a line."""


@contextmanager
def changing(reach: Reach, note: str) -> Iterator[None]:
    """Hold the host's lock; what the system refuses before the first change, or after the last, is one error."""
    try:
        with reach.lock(note):
            yield
    except OSError as error:
        raise _refused(reach, error.filename or "its configuration", error) from error


def needed(reach: Reach, changes: Iterable[Change]) -> list[Change]:
    """The changes that do not hold already."""
    return [change for change in changes if not change.holds(reach)]


def unfinished(reach: Reach, ident: str) -> bool:
    """Whether a run of this tuning was killed: the next one has something to do, whatever holds already.

    A user who may not read the journal may not change anything either: for such a one it is no.
    """
    try:
        record = Ledger(reach).read(ident)
    except SeraiError as error:
        if error.code is not Code.REFUSED:
            raise
        return False
    return record is not None and not record.finished


def tune(reach: Reach, ident: str, value: str, changes: Sequence[Change], tell: Tell) -> list[Seen]:
    """`do`, `settle`, and read back, for one tuning alone."""
    do(reach, ident, value, changes, tell)
    settle(reach, [ident], tell)
    return [seen(reach, change) for change in changes]


def do(reach: Reach, ident: str, value: str, changes: Sequence[Change], tell: Tell) -> None:
    """Do the changes that are needed; what they owe is left to `settle`.

    What fails undoes the steps of this run; what an earlier, killed run has begun is finished where it is planned
    again, and put back where not. The caller holds the host's lock. Raises SeraiError.
    """
    ledger = Ledger(reach)
    record = _resume(ledger, ident, changes, tell)
    record = msgspec.structs.replace(record, value=value or record.value, at=_now())
    earlier = len(record.steps)
    for change in needed(reach, changes):
        record = _do(ledger, record, change, tell, earlier)


def settle(reach: Reach, idents: Sequence[str], tell: Tell) -> None:
    """Run what the tunings owe, each thing once for all of them. Raises SeraiError; it is owed still then."""
    ledger = Ledger(reach)
    records = {ident: record for ident in idents if (record := ledger.read(ident))}
    for name in in_order(name for record in records.values() for name in record.owed):
        try:
            by_hand = follow(reach, name)
        except SeraiError as error:
            again, which = by_name(idents), " ".join(idents)
            hint = f"{again} tries it again, serai host undo {which} puts all of it back"
            raise SeraiError(error.code, error.message, hint=error.hint or hint, details=error.details) from error
        tell(f"to be run in {reach.name}: {by_hand}" if by_hand else name)
        for ident, record in records.items():
            if name in record.owed:
                left = tuple(each for each in record.owed if each != name)
                records[ident] = msgspec.structs.replace(record, owed=left)
                ledger.write(records[ident])


def by_name(idents: Sequence[str]) -> str:
    """The command that does what the ledger has under these names."""
    role = idents[0].removeprefix("setup-")
    return f"serai host setup {role}" if role != idents[0] else f"serai host tune {' '.join(idents)}"


def _resume(ledger: Ledger, ident: str, changes: Sequence[Change], tell: Tell) -> Record:
    """The record as it stands, without steps that a killed run has begun: their changes are put back."""
    record = ledger.read(ident) or Record(id=ident)
    while record.steps and record.steps[-1].phase is Phase.BEGUN:
        step = record.steps[-1]
        tell(f"put back after a run that did not end: {step.change.title()}")
        try:
            step.change.undo(ledger.reach, step.before, step.after)
            record = _without_last(ledger, record)
        except OSError as error:
            raise _refused(ledger.reach, f"undo: {step.change.title()}", error) from error
    return record


def _do(ledger: Ledger, record: Record, change: Change, tell: Tell, earlier: int) -> Record:
    reach = ledger.reach
    try:
        step = Step(change=_known(change), before=change.before(reach), boot=ledger.boot())
        owed = tuple(dict.fromkeys((*record.owed, *change.owes)))
        begun = msgspec.structs.replace(record, steps=(*record.steps, step), owed=owed)
        ledger.write(begun)
    except (OSError, SeraiError) as error:
        raise _give_up(ledger, record, earlier, tell, _refused(reach, change.title(), error)) from error
    try:
        tell(change.title())
        change.do(reach, step.before)
        after = msgspec.structs.replace(step, phase=Phase.DONE, after=change.after(reach))
        done = msgspec.structs.replace(begun, steps=(*record.steps, after))
        ledger.write(done)
    except (OSError, SeraiError) as error:
        raise _give_up(ledger, begun, earlier, tell, _refused(reach, change.title(), error)) from error
    return done


def _give_up(ledger: Ledger, record: Record, earlier: int, tell: Tell, why: SeraiError) -> SeraiError:
    """Put back the steps of this run, the last first. Gives the error to raise: `why`, whatever comes now.

    What cannot be put back stays in the journal, from where the next run goes on.
    """
    try:
        while len(record.steps) > earlier:
            step = record.steps[-1]
            tell(f"put back: {step.change.title()}")
            step.change.undo(ledger.reach, step.before, step.after)
            record = _without_last(ledger, record)
        settle(ledger.reach, [record.id], tell)
    except (OSError, SeraiError) as error:
        left = _refused(ledger.reach, f"could not be put back: {_last(record)}", error)
        hint = f"clear the cause, then serai host undo {record.id} puts the rest back"
        return SeraiError(why.code, why.message, hint=hint, details=(*why.details, left.message, *left.details))
    return why


def _last(record: Record) -> str:
    return record.steps[-1].change.title() if record.steps else record.id


def _refused(reach: Reach, what: str, error: OSError | SeraiError) -> SeraiError:
    if isinstance(error, SeraiError):
        return error
    hint = "run it as root" if isinstance(error, PermissionError) else ""
    return SeraiError(Code.FAILED, f"{reach.name}: {what}: {error.strerror or error}", hint=hint)


def conflicts(reach: Reach, record: Record) -> list[str]:
    """What others did since, that an undo would destroy."""
    latest = {step.change.subject: step for step in record.steps}
    found = (step.change.conflict(reach, step.before, step.after) for step in reversed(latest.values()))
    return [why for why in found if why]


def undo(reach: Reach, record: Record, tell: Tell, force: bool = False) -> None:
    """`put_back` and `settle`, for one tuning alone."""
    put_back(reach, record, tell, force)
    settle(reach, [record.id], tell)


def put_back(reach: Reach, record: Record, tell: Tell, force: bool = False) -> None:
    """Put back what stood there before, the last step first; what that owes is left to `settle`.

    The caller holds the host's lock. Raises SeraiError (Code.REFUSED) when somebody changed it since, before
    anything is put back.
    """
    ledger = Ledger(reach)
    against = conflicts(reach, record)
    if against and not force:
        raise SeraiError(
            Code.REFUSED,
            f"{record.id} was not undone: {against[0]}",
            hint=f"look at it, then serai host undo {record.id} --force puts back what serai found",
            details=against[1:],
        )
    while record.steps:
        step = record.steps[-1]
        tell(f"undo: {step.change.title()}")
        owed = tuple(dict.fromkeys((*record.owed, *step.change.owes)))
        record = msgspec.structs.replace(record, owed=owed, made=_made(record, step.before))
        try:
            ledger.write(record)
            step.change.undo(reach, step.before, step.after)
            record = _without_last(ledger, _leave(ledger, record))
        except (OSError, SeraiError) as error:
            why = _refused(reach, f"undo: {step.change.title()}", error)
            hint = why.hint or f"clear the cause, then serai host undo {record.id} goes on from here"
            raise SeraiError(why.code, why.message, hint=hint, details=why.details) from error


def _made(record: Record, before: Kept) -> tuple[str, ...]:
    """The directories that go with a record, and with what it undoes now; the outermost first."""
    more = (each for kept in (before, *before.parts.values()) for each in kept.made)
    return tuple(sorted({*record.made, *more}))


def _leave(ledger: Ledger, record: Record) -> Record:
    """Remove directories that are empty again; one that another tuning uses goes with the last such."""
    remove_empty(ledger.reach, record.made)
    left = tuple(each for each in record.made if ledger.reach.has(each))
    others = ledger.all() if left and len(record.steps) == 1 else []
    if heir := next((each for each in others if each.id != record.id), None):
        ledger.write(msgspec.structs.replace(heir, made=tuple(sorted({*heir.made, *left}))))
    return msgspec.structs.replace(record, made=left)


def _without_last(ledger: Ledger, record: Record) -> Record:
    record = msgspec.structs.replace(record, steps=record.steps[:-1])
    ledger.write(record)
    return record


def seen(reach: Reach, change: Change, glance: bool = False) -> Seen:
    """What the host has now of a change; what cannot be read is lost, with the reason."""
    try:
        return change.glance(reach) if glance else change.read_back(reach)
    except OSError as error:
        return Seen(State.LOST, change.title(), "", error.strerror or str(error))


def states(reach: Reach, record: Record) -> list[Seen]:
    """Of all that a record holds; what was changed twice counts as it was asked for last."""
    return [found for _, found in standing(reach, record)]


def standing(reach: Reach, record: Record, glance: bool = False) -> list[tuple[Step, Seen]]:
    """Each change with its step; what waited for a reboot that was is judged by it.

    A glance leaves out what takes seconds to be measured.
    """
    boot = Ledger(reach).boot()
    found = []
    for step in {step.change.subject: step for step in record.steps}.values():
        now = seen(reach, step.change, glance)
        booted = boot and step.boot and step.boot != boot
        if booted and now.state is State.PENDING and now.why.startswith(REBOOT):
            now = step.change.rebooted(now)
        found.append((step, now))
    return found


def _known(change: Change) -> AnyChange:
    assert isinstance(change, AnyChange), f"{type(change).__name__} is not in changes/known.py"
    return change


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
