"""Snapshots of several machines with one command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from serai.providers.contract import ALIVE, Feature, State
from serai.run.events import Emit, silent
from serai.run.faults import point
from serai.run.hooks import AFTER, BEFORE, around
from serai.run.journal import Journal
from serai.run.reach import hang_up
from serai.run.workspace import Workspace
from serai.spec.base import NAME_PATTERN
from serai.util.errors import Code, SeraiError


def for_each(
    workspace: Workspace,
    names: Sequence[str],
    verb: str,
    snapshot: str,
    emit: Emit = silent,
    *,
    mounts: bool = True,
    replace: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """Save, restore or delete `snapshot`; gives each machine's name when it is done.

    All are checked before the first is touched. Journalled: a kill in between is named by the next run.
    `mounts`: what was restored and runs has its shares again at the end.
    `replace`: one of that name gives way to what is saved; called with the machine when it is deleted.
    """
    if verb == "save" and not re.fullmatch(NAME_PATTERN, snapshot):
        raise SeraiError(
            Code.INPUT, f"{snapshot!r} cannot be a snapshot's name", hint="letters, digits, dots, dashes"
        )
    with workspace.changing(f"snapshot {verb}"):
        observed = workspace.observe()
        workspace.settled(observed)
        chosen = [machine.name for machine in workspace.targets(names, extra=observed)]
        if not names:
            chosen = [name for name in chosen if name in observed]
        old: list[str] = []
        for name in chosen:
            if name not in observed or observed[name].state in (State.ABSENT, State.CREATING):
                raise SeraiError(Code.REFUSED, f"{name} is not made yet", hint=f"serai up {name}")
            driver = workspace.provider(name)
            driver.capabilities().need(Feature.SNAPSHOT, provider=driver.name, machine=name)
            have = {item.name for item in driver.snapshot_list(name)}
            if verb != "save" and snapshot not in have:
                there = ", ".join(sorted(have)) or "none"
                raise SeraiError(Code.INPUT, f"{name} has no snapshot {snapshot!r}", hint=f"there are: {there}")
            if verb == "save" and snapshot in have:
                if replace is None:
                    raise SeraiError(
                        Code.REFUSED,
                        f"{name} has a snapshot {snapshot!r} already",
                        hint=f"serai snapshot delete {snapshot} {name}",
                    )
                if (
                    observed[name].state is State.SUSPENDED
                ):  # most providers save none, and the old one would be lost
                    raise SeraiError(
                        Code.REFUSED, f"{name} is suspended to disk", hint=f"serai resume {name}, then save it"
                    )
                old.append(name)
        machines = [workspace.project.machines[name] for name in chosen if name in workspace.project.machines]
        going = [machine for machine in machines if machine.name in old]
        if going:
            around(BEFORE, "snapshot_delete", workspace, going, emit)
        around(BEFORE, f"snapshot_{verb}", workspace, machines, emit)
        with Journal(workspace.scope.home / "journal.jsonl", f"snapshot {verb}") as journal:
            for name in chosen:
                if replace and name in old:
                    _one(workspace, name, "delete", snapshot, journal)
                    replace(name)
                try:
                    _one(workspace, name, verb, snapshot, journal)
                except SeraiError as error:
                    if name in old:
                        error.details = (*error.details, f"the old {snapshot} of {name} is deleted already")
                    raise
                yield name
            if verb == "restore" and mounts:
                _mount(workspace, chosen, journal, emit)
        if going:
            around(AFTER, "snapshot_delete", workspace, going, emit)
        around(AFTER, f"snapshot_{verb}", workspace, machines, emit)


def _one(workspace: Workspace, name: str, verb: str, snapshot: str, journal: Journal) -> None:
    step = f"{name}/snapshot-{verb}:{snapshot}"
    point("before", step)
    journal.write("do", step)
    if verb == "restore":
        hang_up(workspace, name)
    getattr(workspace.provider(name), f"snapshot_{verb}")(name, snapshot)
    point("after", step)
    journal.write("done", step)


def _mount(workspace: Workspace, names: Sequence[str], journal: Journal, emit: Emit) -> None:
    """Shares of machines that went back and run: their other ends went on, or are gone."""
    from serai.plan.steps import Act, step
    from serai.plan.up import mounting
    from serai.run.executor import Executor
    from serai.run.scheduler import Cancel, run_steps

    observed = workspace.observe(names)
    steps = []
    for name in names:
        ready = step(Act.READY, name)
        if observed[name].state in ALIVE and (found := mounting(name, observed[name].applied, ready)):
            steps += [ready, *found]
    if not steps:
        return
    cancel = Cancel()
    executor = Executor(workspace, emit=emit, cancel=cancel, steps=steps, halves=(), observed=observed)
    try:
        outcome = run_steps(
            steps, executor.do, journal=journal, emit=executor.emit, cancel=cancel, mask=executor.mask
        )
    finally:
        executor.close()
    if outcome.failures:
        raise outcome.failures[0].error


PUSHED = re.compile(r"push_(\d+)_[0-9a-f]+")


def pushed_name(workspace: Workspace, names: Sequence[str]) -> str:
    """A name that nobody else takes, and that sorts after those that these machines have, also where the clock was
    set back since: `push_1790000000000_3f2a`.
    """
    import secrets
    import time

    have = [snapshot for found in _snapshots(workspace, names).values() for snapshot in found]
    last = max((int(found[1]) for each in have if (found := PUSHED.fullmatch(each))), default=0)
    return f"push_{max(time.time_ns() // 1_000_000, last + 1)}_{secrets.token_hex(2)}"


def last_pushed(workspace: Workspace, names: Sequence[str]) -> dict[str, str]:
    """machine -> its newest pushed snapshot. Code.REFUSED for one that was named and has none."""
    found: dict[str, str] = {}
    for name, have in _snapshots(workspace, names).items():
        pushed = [snapshot for snapshot in have if PUSHED.fullmatch(snapshot)]
        if pushed:
            found[name] = max(pushed)
        elif names:
            raise SeraiError(Code.REFUSED, f"{name}: nothing was pushed", hint=f"serai snapshot list {name}")
    if not found:
        raise SeraiError(Code.REFUSED, "no machine has a pushed snapshot", hint="serai snapshot push")
    return found


def _snapshots(workspace: Workspace, names: Sequence[str]) -> dict[str, list[str]]:
    observed = workspace.observe()
    workspace.settled(observed)
    found = {}
    for machine in workspace.targets(names, extra=observed):
        if machine.name in observed and observed[machine.name].state is not State.CREATING:
            driver = workspace.provider(machine.name)
            driver.capabilities().need(Feature.SNAPSHOT, provider=driver.name, machine=machine.name)
            found[machine.name] = [item.name for item in driver.snapshot_list(machine.name)]
    return found
