"""`up`, shown. It needs click only for a question: a plain `up` starts without (see cli/start.py)."""

from __future__ import annotations

import sys
from typing import Any

from serai.cli.say import CYAN, is_terminal, progress, put, tinted


def bring(
    obj: object,
    names: tuple[str, ...],
    options: Any,
    *,
    provider: str | None = None,
    yes: bool = False,
    as_json: bool = False,
    destroy_on_error: bool = False,
) -> int:
    """Open the project, fetch its boxes, bring its machines up; the exit code. `options` are a plan's Options."""
    from serai.run.boxes import bring_boxes
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj, provider=provider)
    if bring_boxes(workspace, names, progress()):
        workspace = open_workspace(obj, provider=provider)
    return bring_up(workspace, names, options, yes=yes, as_json=as_json, destroy_on_error=destroy_on_error)


def bring_up(
    workspace: Any,
    names: tuple[str, ...],
    options: Any,
    *,
    yes: bool = False,
    as_json: bool = False,
    destroy_on_error: bool = False,
    verb: str = "up",
    halves: Any = ("before", "after"),
) -> int:
    """`up`, shown; the exit code. `options` are a plan's Options, `verb` and `halves` as in run.verbs.up."""
    from serai.cli.report import headline, layer_lines, plan_lines, recap, reporter, summary
    from serai.plan.provisioning import unasked
    from serai.plan.up import Action, Plan
    from serai.run import verbs

    if any(nic.public for machine in workspace.project.machines.values() for nic in machine.networks):
        from serai.cli.interface import settle_public

        settle_public(workspace, yes=yes or as_json)
    report = reporter(as_json)

    def shown(plan: Plan) -> None:
        report.names([machine.name for machine in plan.machines])
        report.follow(plan.steps)
        report.budgets = {name: machine.ready.within for name, machine in workspace.project.machines.items()}
        report.say(headline(workspace.scope.project, plan)) if not as_json else None
        if not as_json and plan.steps:
            for note in dict.fromkeys(
                note
                for machine in plan.machines
                if machine.action in (Action.CREATE, Action.RECREATE, Action.START)
                for note in (*workspace.capabilities(machine.provider).notes, *workspace.notes)
            ):
                report.say(f"{tinted('note', CYAN)}  {note}")
        if (not as_json and any(machine.changes for machine in plan.machines)) or plan.extra:
            for line in plan_lines(plan):
                report.say(line)
        elif not as_json:
            for line in layer_lines(plan):
                report.say(line)

    def consent(plan: Plan) -> bool:
        lost = ", ".join(machine.name for machine in plan.destroys)
        return asked(f"Recreate {lost} and destroy what is on the disks named above?", yes)

    with report:
        run = verbs.up(
            workspace,
            names,
            options,
            emit=report.emit,
            consent=consent,
            shown=shown,
            verb=verb,
            halves=halves,
        )
    plan = run.plan
    assert plan is not None
    if as_json:
        from serai.cli.states import document

        put(document(workspace, run.observed, [machine.name for machine in plan.machines]))
    elif plan.steps:
        blocks = {name: unasked(machine) for name, machine in workspace.project.machines.items()}
        chosen = [machine.name for machine in plan.machines]
        for line in (*recap(report.blocks), *summary(run.observed, chosen, report.took, blocks, report.blocks)):
            report.say(line)
        waiting = [
            machine.name
            for machine in plan.machines
            if run.observed.get(machine.name) and run.observed[machine.name].pending
        ]
        if waiting:
            report.say(f"next: serai reload {' '.join(waiting)}  (changes wait for a restart)")
    if destroy_on_error:
        _clear(workspace, plan, run.outcome, report)
    return end(run.outcome)


def _clear(workspace: Any, plan: Any, outcome: Any, report: Any) -> None:
    """Destroy what this run made and could not bring up."""
    from serai.plan.up import Action
    from serai.run import verbs

    failed = {failure.step.machine for failure in outcome.failures}
    made = [item.name for item in plan.machines if item.action is Action.CREATE and item.name in failed]
    if not made:
        return
    report.say(f"destroying what did not come up: {', '.join(made)}")
    with report:
        done = verbs.destroy(workspace, made, emit=report.emit, consent=lambda question: True, force=True)
    outcome.failures += done.outcome.failures


def split(text: str | None) -> tuple[str, ...]:
    """`--provision-with a,b` → ("a", "b"); None is no choice. Raises Code.USAGE for a stated list of nothing."""
    found = tuple(word for word in (text or "").split(",") if word)
    if text is not None and not found:
        from serai.util.errors import Code, SeraiError

        raise SeraiError(Code.USAGE, "--provision-with names no block", hint="name one, or leave the option out")
    return found


def asked(question: str, yes: bool) -> bool:
    """Consent: given by -y, asked on a terminal, refused elsewhere."""
    if yes:
        return True
    if not is_terminal(sys.stdin):
        return False
    import click

    return click.confirm(question, default=False, err=True)


def end(outcome: Any) -> int:
    """Raise what failed, all at once; 0 otherwise."""
    if not outcome.failures:
        return 0
    from serai.cli.main import show

    for failure in outcome.failures:
        show(failure.error)
    skipped = sorted(
        {step.machine for step in outcome.skipped if step.machine} - {f.step.machine for f in outcome.failures}
    )
    if skipped:
        put(f"not begun, because they come after what failed: {', '.join(skipped)}", err=True)
    codes = {failure.error.exit_code for failure in outcome.failures}
    return codes.pop() if len(codes) == 1 else 1
