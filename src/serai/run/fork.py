"""Forks of a machine that runs: it is copied once as it is, and they go on from there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from serai.plan.provisioning import GUEST
from serai.plan.steps import Act, Step, step
from serai.providers.contract import ALIVE, Feature, Observed
from serai.run.digests import guest_digests
from serai.run.events import Emit, Event, Kind
from serai.run.executor import Executor
from serai.run.refusals import complaints
from serai.run.scheduler import Cancel
from serai.run.verbs import Run, carry_out
from serai.run.workspace import Workspace, unknown
from serai.spec.base import NAME_PATTERN
from serai.spec.likeness import fork_of
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError, SeraiErrors

NUMBER = "%d"
"""What stands for the number in the names of forks."""


def fork(workspace: Workspace, source: str, *, emit: Emit, count: int = 1, names: str = "") -> Run:
    """Make `count` forks of `source`, and wait until each is itself. `names`: with %d for their numbers."""
    with workspace.changing("fork", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed = workspace.observe()
        workspace.settled(observed)
        parent = _parent(workspace, source, observed)
        chosen = free_names(names or f"{source}-fork-{NUMBER}", count, {*observed, *workspace.project.machines})
        machines = {name: fork_of(parent, name) for name in chosen}
        together = {**workspace.project.machines, source: parent, **machines}
        workspace.project = msgspec.structs.replace(workspace.project, machines=together)
        if errors := [error for machine in machines.values() for error in complaints(workspace, machine)[1]]:
            raise SeraiErrors(errors[:1])  # they are alike
        steps = [each for name in chosen for each in _steps(name)]
        digests = {name: {GUEST: digest} for name, digest in guest_digests(workspace, chosen).items()}
        executor = Executor(workspace, emit=emit, cancel=Cancel(), steps=steps, verb="fork", digests=digests)
        outcome = carry_out(workspace, "fork", steps, executor, emit, executor.cancel)
        return Run(None, outcome, workspace.observe())


def _parent(workspace: Workspace, source: str, observed: dict[str, Observed]) -> Machine:
    """What runs under that name, as it was made."""
    seen = observed.get(source)
    if seen is None and source not in workspace.project.machines:
        raise unknown(source, list(observed) or list(workspace.project.machines))
    if seen is None or seen.state not in ALIVE or seen.applied is None:
        state = seen.state if seen else "absent"
        raise SeraiError(Code.REFUSED, f"{source} is {state}: only what runs is forked", hint=f"serai up {source}")
    driver = workspace.driver(seen.provider)
    workspace.capabilities(seen.provider).need(Feature.FORK, provider=driver.name, machine=source)
    return seen.applied


def free_names(pattern: str, count: int, taken: set[str]) -> list[str]:
    """`count` names by a pattern: numbers from 1 on, those that are taken left out. Raises Code.INPUT."""
    if NUMBER not in pattern:
        if count > 1:
            raise SeraiError(Code.INPUT, f"{pattern!r} is one name, for {count} forks", hint=f"--as {pattern}-%d")
        if pattern in taken:
            raise SeraiError(Code.REFUSED, f"{pattern} exists already", hint=f"serai destroy {pattern}")
    found: list[str] = []
    number = 0
    while len(found) < count:
        number += 1
        name = pattern.replace(NUMBER, str(number))
        if not re.fullmatch(NAME_PATTERN, name):
            raise SeraiError(
                Code.INPUT, f"{name!r} cannot be a machine's name", hint="letters, digits, dots, dashes"
            )
        if name not in taken:
            found.append(name)
    return found


def _steps(name: str) -> Sequence[Step]:
    made = step(Act.CREATE, name)
    started = step(Act.START, name, made.id)
    return made, started, step(Act.READY, name, started.id)
