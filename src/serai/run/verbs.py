"""What the commands do: observe, plan, run, report back. They decide; the command line only prints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from serai.plan.diff import differences
from serai.plan.named import comes_after
from serai.plan.parting import question
from serai.plan.provisioning import GUEST, check_names, due
from serai.plan.steps import Act, Step, step
from serai.plan.up import DEFAULTS, Options, Plan, closure, plan_up, waking
from serai.providers.contract import ALIVE, Effect, Observed, State, Verdict
from serai.run import shared
from serai.run.digests import guest_digests, provisioning_digests
from serai.run.events import Emit, Event, Kind
from serai.run.executor import Executor
from serai.run.hooks import AFTER, BEFORE, once
from serai.run.journal import Journal
from serai.run.kept import keeper, look_of, standing
from serai.run.networks import network_changes
from serai.run.refusals import (
    complaints,
    no_way_in,
    of_images,
    of_networks,
    of_open_networks,
    of_together,
    of_vagrant,
    refuse_blocks,
)
from serai.run.scheduler import Cancel, Outcome, run_steps
from serai.run.scope import forget
from serai.run.secrets import covered, masked
from serai.run.workspace import Workspace
from serai.spec.machine import Communicator, Machine
from serai.util.errors import Code, SeraiError, SeraiErrors

Consent = Callable[[Plan], bool]
"""Asked before data is destroyed; False refuses."""


class Run(msgspec.Struct):
    """A finished run: what was planned, what came of it, and how the machines are now."""

    plan: Plan | None
    outcome: Outcome
    observed: dict[str, Observed]


def make_plan(
    workspace: Workspace, names: Sequence[str] = (), options: Options = DEFAULTS, *, check: bool = True
) -> tuple[Plan, dict[str, Observed], dict[str, dict[str, str]]]:
    """The plan for `names` (none: all with autostart), what exists now, and the blocks' digests."""
    observed = workspace.observe()
    workspace.settled(observed)
    machines = workspace.project.machines
    targets = [machine.name for machine in workspace.of_file(names) if names or machine.autostart]
    wanted = closure(machines, targets)
    check_names((machines[name] for name in wanted), options.only)
    if check:
        refuse(workspace, [machines[name] for name in wanted], observed)
        machines = workspace.project.machines
    digests = provisioning_digests([machines[name] for name in wanted], workspace.scope.root)
    for name, digest in guest_digests(workspace, wanted).items():
        digests.setdefault(name, {})[GUEST] = digest

    def judge(machine: Machine, seen: Observed, key: str, old: Any, new: Any) -> Verdict:
        return workspace.driver(seen.provider).verdict(machine, seen, key, old, new)

    of_networks, look = network_changes(workspace, wanted), look_of(workspace, digests, options)
    plan = plan_up(machines, targets, observed, digests, judge, options, of_networks, look)
    if check:
        refuse_blocks((machines[each.name], [key for key, _ in each.blocks]) for each in plan.machines)
    return covered(plan, workspace.project), observed, digests


def refuse(
    workspace: Workspace, machines: Collection[Machine], observed: Mapping[str, Observed] = MappingProxyType({})
) -> None:
    """Raise all that the providers cannot do, and images that nobody knows, before anything is made."""
    errors, unanswered = of_open_networks(machines)
    errors += shared.refusals(workspace.project)
    errors += of_networks(workspace, machines)
    errors += of_together(workspace, machines, observed)
    errors += of_vagrant(workspace, [machine for machine in machines if machine.name not in observed])
    judged: list[Machine] = []
    for machine in machines:
        if machine.name in unanswered:
            continue
        if machine.communicator not in (Communicator.SSH, Communicator.AGENT):
            errors.append(no_way_in(machine))
            continue
        seen = observed.get(machine.name)
        chosen, found, notes = complaints(workspace, machine, alive=seen is not None and seen.state in ALIVE)
        errors += found
        if chosen is not machine:
            workspace.put(chosen)
            workspace.notes += notes
        judged.append(machine)
    errors += of_images(workspace, judged, observed)
    if errors:
        raise SeraiErrors(errors)


def up(
    workspace: Workspace,
    names: Sequence[str] = (),
    options: Options = DEFAULTS,
    *,
    emit: Emit,
    consent: Consent,
    shown: Callable[[Plan], None] = lambda plan: None,
    cancel: Cancel | None = None,
    verb: str = "up",
    halves: Collection[str] = (BEFORE, AFTER),
) -> Run:
    """Plan and do it. Raises Code.REFUSED when data would be lost and `consent` says no.

    `verb` is what a person called: `reload` has of its hooks only `halves` here, those after it.
    """
    cancel = cancel or Cancel()
    with workspace.changing("up", lambda text: emit(Event(kind=Kind.NOTE, text=text))), standing(workspace):
        plan, observed, digests = make_plan(workspace, names, options)
        shown(plan)
        if plan.destroys and not consent(plan):
            lost = "; ".join(f"{item.name} (disks {', '.join(item.destroys)})" for item in plan.destroys)
            raise SeraiError(
                Code.REFUSED, f"this would destroy data: {lost}", hint="serai up -y, or put the file back"
            )
        executor = Executor(
            workspace,
            emit=emit,
            cancel=cancel,
            steps=plan.steps,
            verb=verb,
            halves=halves,
            plans={item.name: item for item in plan.machines},
            digests=digests,
            observed=observed,
            keeper=keeper(workspace, plan, digests, options),
        )
        outcome = carry_out(workspace, verb, plan.steps, executor, emit, cancel, halves)
        _record(workspace, plan, observed)
        return Run(plan, outcome, workspace.observe() if plan.steps else observed)


def _record(workspace: Workspace, plan: Plan, observed: Mapping[str, Observed]) -> None:
    """Bring the engine's record up to date where only quiet keys differ, or a restart is still due."""
    applied = {item.machine for item in plan.steps if item.act in (Act.APPLY, Act.CREATE, Act.START)}
    for item in plan.machines:
        seen = observed.get(item.name)
        machine = workspace.project.machines[item.name]
        if item.name in applied or seen is None or seen.applied is None or seen.applied == machine:
            continue
        keys = {
            change.key: Verdict(change.effect, change.reason)
            for change in item.changes
            if change.effect is Effect.RESTART and not change.refused
        }
        waits = set(keys) - set(seen.pending)
        if waits or not differences(seen.applied, machine):
            workspace.provider(item.name).apply(machine, keys)


def carry_out(
    workspace: Workspace,
    verb: str,
    steps: Sequence[Step],
    executor: Executor,
    emit: Emit,
    cancel: Cancel,
    halves: Collection[str] = (BEFORE, AFTER),
) -> Outcome:
    machines = list(workspace.project.machines.values())
    emit = masked(emit, executor.mask)
    if BEFORE in halves:
        once(BEFORE, workspace, machines, emit, verb)
    outcome = _steps(workspace, verb, steps, executor, emit, cancel) if steps else Outcome()
    if AFTER in halves and not outcome.failures:
        once(AFTER, workspace, machines, emit, verb)
    return outcome


def _steps(
    workspace: Workspace, verb: str, steps: Sequence[Step], executor: Executor, emit: Emit, cancel: Cancel
) -> Outcome:
    machines = workspace.project.machines
    limits = {
        name: workspace.driver(name).parallel for name in {machine.provider for machine in machines.values()}
    }
    frees = all(item.act in (Act.STOP, Act.DESTROY) for item in steps)
    with Journal(workspace.scope.home / "journal.jsonl", verb, frees=frees) as journal:
        for line in journal.interrupted:
            what = f"while {line.step}" if line.step else f"in {line.text}"
            emit(Event(kind=Kind.NOTE, text=f"the last run was killed {what}: going on from there"))
        try:
            return run_steps(
                steps,
                executor.do,
                journal=journal,
                emit=emit,
                cancel=cancel,
                mask=executor.mask,
                limits=limits,
                group=lambda item: machines[item.machine].provider if item.machine in machines else "",
            )
        finally:
            executor.close()
            if journal.lost:
                emit(
                    Event(
                        kind=Kind.NOTE, text=f"{journal.path}: its disk is full: not all of this is written down"
                    )
                )


def _backwards(
    workspace: Workspace, names: Collection[str], act: Act, observed: Mapping[str, Observed]
) -> list[Step]:
    """One step a machine, those that come after others first."""
    machines = workspace.project.machines
    steps = []
    for name in names:
        followers = [
            f"{other}/{act}" for other in names if other in machines and name in comes_after(machines, other)
        ]
        steps.append(step(act, name, *followers))
    return steps


def _simple(
    workspace: Workspace,
    verb: str,
    act: Act,
    chosen: Collection[str],
    observed: Mapping[str, Observed],
    emit: Emit,
    *,
    force: bool = False,
    to_disk: bool = False,
    halves: Collection[str] = (BEFORE, AFTER),
) -> Run:
    cancel = Cancel()
    steps = _backwards(workspace, chosen, act, observed)
    executor = Executor(
        workspace,
        emit=emit,
        cancel=cancel,
        steps=steps,
        verb=verb,
        halves=halves,
        observed=observed,
        force=force,
        to_disk=to_disk,
    )
    outcome = carry_out(workspace, verb, steps, executor, emit, cancel, halves)
    return Run(None, outcome, workspace.observe())


def _existing(workspace: Workspace, names: Sequence[str]) -> tuple[dict[str, Observed], list[str]]:
    observed = workspace.observe()
    workspace.settled(observed)
    chosen = [machine.name for machine in workspace.targets(names, extra=observed)]
    if not names:
        chosen += [name for name in observed if name not in workspace.project.machines]
    return observed, chosen


def halt(
    workspace: Workspace,
    names: Sequence[str],
    *,
    emit: Emit,
    force: bool = False,
    verb: str = "halt",
    halves: Collection[str] = (BEFORE, AFTER),
) -> Run:
    """Stop what runs (or is suspended), gracefully unless `force`. `verb`: as in `up`."""
    with workspace.changing("halt", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed, chosen = _existing(workspace, names)
        states = ALIVE | {State.SUSPENDED}
        chosen = [name for name in chosen if name in observed and observed[name].state in states]
        return _simple(workspace, verb, Act.STOP, chosen, observed, emit, force=force, halves=halves)


def suspend(workspace: Workspace, names: Sequence[str], *, emit: Emit, to_disk: bool = False) -> Run:
    """Pause what runs, in memory or to disk."""
    with workspace.changing("suspend", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed, chosen = _existing(workspace, names)
        states = ALIVE if to_disk else ALIVE - {State.PAUSED}
        chosen = [name for name in chosen if name in observed and observed[name].state in states]
        return _simple(workspace, "suspend", Act.SUSPEND, chosen, observed, emit, to_disk=to_disk)


def resume(workspace: Workspace, names: Sequence[str], *, emit: Emit) -> Run:
    """Wake what is paused or suspended, and wait until it is ready."""
    with workspace.changing("resume", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed, chosen = _existing(workspace, names)
        asleep = (State.PAUSED, State.SUSPENDED)
        chosen = [name for name in chosen if name in observed and observed[name].state in asleep]
        known = {name: seen.applied for name, seen in observed.items()} | workspace.project.machines
        steps = [each for name in chosen for each in waking(name, known[name])]
        cancel = Cancel()
        executor = Executor(workspace, emit=emit, cancel=cancel, steps=steps, verb="resume", observed=observed)
        outcome = carry_out(workspace, "resume", steps, executor, emit, cancel)
        return Run(None, outcome, workspace.observe())


def provision(
    workspace: Workspace,
    names: Sequence[str],
    *,
    emit: Emit,
    only: Sequence[str] = (),
    cancel: Cancel | None = None,
) -> Run:
    """Run provisioning blocks again on machines that run."""
    from serai.plan.together import together

    cancel = cancel or Cancel()
    with workspace.changing("provision", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed = workspace.observe()
        workspace.settled(observed)
        chosen = workspace.targets(names)
        down = [m.name for m in chosen if m.name not in observed or observed[m.name].state not in ALIVE]
        if names and down:
            raise SeraiError(Code.REFUSED, f"{', '.join(down)}: not running", hint=f"serai up {' '.join(down)}")
        chosen = [machine for machine in chosen if machine.name not in down]
        check_names(chosen, only)
        digests = provisioning_digests(chosen, workspace.scope.root)
        steps: list[Step] = []
        for machine in chosen:
            chain = [] if observed[machine.name].state is State.READY else [step(Act.READY, machine.name)]
            blocks = due(machine, {}, digests.get(machine.name, {}), starting=True, wanted=True, only=only)
            refuse_blocks([(machine, [key for key, _ in blocks])])
            for key, _ in blocks:
                needs = (chain[-1].id,) if chain else ()
                chain.append(step(Act.PROVISION, machine.name, *needs, key=key))
            steps += chain if blocks else []
        steps = together(workspace.project.machines, steps)
        executor = Executor(
            workspace,
            emit=emit,
            cancel=cancel,
            steps=steps,
            verb="provision",
            digests=digests,
            observed=observed,
        )
        outcome = carry_out(workspace, "provision", steps, executor, emit, cancel)
        return Run(None, outcome, workspace.observe())


def destroy(
    workspace: Workspace,
    names: Sequence[str],
    *,
    emit: Emit,
    consent: Callable[[str], bool],
    force: bool = False,
    graceful: bool = False,
) -> Run:
    """Remove machines. `consent` is asked a question that says what goes. `keep: true` needs `force`.

    With `graceful` what runs is halted first.

    When none is left, the project's home goes as well.
    """
    with workspace.changing("destroy", lambda text: emit(Event(kind=Kind.NOTE, text=text))):
        observed, chosen = _existing(workspace, names)
        chosen = [name for name in chosen if name in observed]
        kept = [name for name in chosen if _keeps(workspace, observed[name])]
        if kept and not force:
            raise SeraiError(
                Code.REFUSED,
                f"keep is true for {', '.join(kept)}: their disks would be destroyed",
                hint="serai destroy --force, or name the others",
            )
        if chosen and not consent(question({name: observed[name].applied for name in chosen})):
            raise SeraiError(Code.REFUSED, "not destroyed", hint="serai destroy -y does not ask")
        if graceful and (running := [name for name in chosen if observed[name].state in ALIVE]):
            halted = _simple(workspace, "destroy", Act.STOP, running, observed, emit, halves=())
            if halted.outcome.failures:
                return halted
        done = _simple(workspace, "destroy", Act.DESTROY, chosen, observed, emit, force=True)
        shared.leave(workspace)
        if not done.observed:
            forget(workspace.scope)
        return done


def _keeps(workspace: Workspace, seen: Observed) -> bool:
    stated = workspace.project.machines.get(seen.name)
    return bool((stated and stated.keep) or (seen.applied and seen.applied.keep))
