"""Hooks: when commands of the project file fire, before and after each verb and each step (GUI-6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from fnmatch import fnmatchcase
from functools import partial

from serai.guest.transport import Transport
from serai.plan.steps import Act, Step
from serai.run.events import Emit, Event, Kind
from serai.run.hook_command import command
from serai.run.secrets import mask_of, masked
from serai.run.workspace import Workspace
from serai.spec.hook import VERBS, Hook, On, OnError
from serai.spec.hook import Event as Moment
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

AROUND = {
    Act.CREATE: "create",
    Act.START: "start",
    Act.READY: "ready",
    Act.SETTLE: "settle",
    Act.SYNC: "sync",
    Act.APPLY: "change",
    Act.PROVISION: "block",
    Act.STOP: "stop",
    Act.DESTROY: "destroy",
}
"""What the moments around an act are called after."""

PARTING = frozenset({Moment.BEFORE_HALT, Moment.BEFORE_STOP, Moment.BEFORE_DESTROY})
"""Hooks before an end: one that wants into a guest that does not answer must not keep it alive."""

BEFORE, AFTER = "before", "after"


class Table:
    """Which moments come before and after which step of a run.

    `halves`: `reload` is two runs, of which the first has what comes before and the second what comes after.
    """

    def __init__(self, steps: Sequence[Step], *, verb: str, halves: Collection[str] = (BEFORE, AFTER)) -> None:
        self.before: dict[str, list[Moment]] = {}
        self.after: dict[str, list[Moment]] = {}
        chains: dict[str, list[Step]] = {}
        for step in steps:
            if step.act is not Act.IMAGE:
                chains.setdefault(step.machine, []).append(step)
            if step.act in AROUND:
                self._add(AROUND[step.act], step, step)
        for chain in chains.values():
            blocks = [step for step in chain if step.act is Act.PROVISION]
            if blocks:
                self._add("provision", blocks[0], blocks[-1])
            for name in (verb, "all"):
                if name == "all" or (name in VERBS and name not in ("provision", "destroy")):
                    self._add(name, chain[0], chain[-1], halves)

    def _add(self, name: str, first: Step, last: Step, halves: Collection[str] = (BEFORE, AFTER)) -> None:
        if BEFORE in halves:
            self.before.setdefault(first.id, []).insert(0, Moment(f"before_{name}"))
        if AFTER in halves:
            self.after.setdefault(last.id, []).append(Moment(f"after_{name}"))


def fire(
    moment: Moment,
    machine: Machine,
    workspace: Workspace,
    emit: Emit,
    way_in: Callable[[], Transport],
    *,
    verb: str = "",
    block: str = "",
) -> None:
    """Run the hooks of `moment`. A failing one stops the machine's steps, unless it says `on_error: continue`."""
    for hook in machine.hooks.get(moment, ()):
        if hook.once or verb in hook.ignore or not meant(hook, machine.name):
            continue
        _one(hook, moment, machine, workspace, emit, way_in, verb, block)


def once(half: str, workspace: Workspace, machines: Collection[Machine], emit: Emit, verb: str) -> None:
    """Run those hooks of a verb that fire once a call of it: each of them once, whosever it is."""
    done: list[Hook] = []
    for moment in (Moment(f"{half}_{verb}"), Moment(f"{half}_all")) if verb in VERBS else ():
        for machine in machines:
            for hook in machine.hooks.get(moment, ()):
                if not hook.once or hook in done or verb in hook.ignore or not meant(hook, machine.name):
                    continue
                done.append(hook)
                try:
                    _one(hook, moment, machine, workspace, emit, _nowhere, verb, "")
                except SeraiError as error:  # no step's, so that nobody else covers what is secret in it
                    raise mask_of(workspace.project).error(error) from None


def around(half: str, verb: str, workspace: Workspace, machines: Collection[Machine], emit: Emit) -> None:
    """Run the hooks before, or after, a verb that has no steps: rsync, package, snapshot."""
    from serai.run.reach import way

    mask = mask_of(workspace.project)
    emit = masked(emit, mask)
    once(half, workspace, machines, emit, verb)
    for machine in machines:
        for moment in (Moment(f"{half}_all"), Moment(f"{half}_{verb}"))[:: 1 if half == BEFORE else -1]:
            if machine.hooks.get(moment):
                try:
                    fire(moment, machine, workspace, emit, partial(way, workspace, machine.name), verb=verb)
                except SeraiError as error:
                    raise mask.error(error) from None


def meant(hook: Hook, name: str) -> bool:
    """Whether `only_on` has the machine: by name, glob or /regular expression/; without one it is for all."""
    if not hook.only_on:
        return True
    for word in hook.only_on:
        if len(word) > 2 and word[0] == word[-1] == "/":
            if re.search(word[1:-1], name):
                return True
        elif word == name or fnmatchcase(name, word):
            return True
    return False


def _nowhere() -> Transport:
    raise SeraiError(Code.INPUT, "a hook that fires once has no guest", hint="on: host, or leave once out")


def _one(
    hook: Hook,
    moment: Moment,
    machine: Machine,
    workspace: Workspace,
    emit: Emit,
    way_in: Callable[[], Transport],
    verb: str,
    block: str,
) -> None:
    def say(line: str) -> None:
        emit(Event(kind=Kind.OUTPUT, machine="" if hook.once else machine.name, text=line))

    if hook.info:
        say(hook.info)
    if hook.warn:
        say(f"warning: {hook.warn}")
    whose = verb if hook.once else machine.name
    try:
        if hook.abort:
            raise SeraiError(Code.REFUSED, "it says that it ends here")
        if hook.run is not None or hook.path is not None:
            place = way_in() if hook.on is On.GUEST else None
            command(hook, moment, machine, workspace, place, say, verb=verb, block=block)
        if hook.ruby is not None:
            from serai.run.hook_ruby import evaluate

            evaluate(hook, machine, workspace, way_in, say)
    except SeraiError as error:
        if hook.on_error is OnError.CONTINUE or (hook.on_error is None and moment in PARTING and not hook.abort):
            say(f"hook {moment} failed, going on: {error.message}")
            return
        raise SeraiError(
            Code.REFUSED if hook.abort else Code.FAILED,
            f"{whose}: hook {moment} failed: {error.message}",
            hint=error.hint if hook.abort else "mend the command, or say `on_error: continue`",
            details=error.details,
        ) from error
