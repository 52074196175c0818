"""up, plan, halt, reload, provision, suspend, resume, destroy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from serai.cli.bring import asked, bring, bring_up, end, split

names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
no_cache_option = click.option(
    "--no-cache",
    is_flag=True,
    help="Start new machines from no layer: all blocks run, and their layers are kept anew.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")


@click.command()
@names_argument
@click.option("--provider", metavar="NAME", help="Make new machines on this provider.")
@click.option("--provision/--no-provision", default=None, help="Run all blocks again, or none.")
@click.option("--provision-with", metavar="BLOCK,...", help="Run these blocks only, by name or kind.")
@click.option("--parallel/--no-parallel", default=True, help="All machines at once, or one after another.")
@click.option("--destroy-on-error", is_flag=True, help="Destroy a new machine that does not come up.")
@click.option("--force", is_flag=True, help="Recreate machines that say `keep: true`, too.")
@no_cache_option
@yes_option
@json_option
@click.pass_obj
def up(
    obj: object,
    names: tuple[str, ...],
    provider: str | None,
    provision: bool | None,
    provision_with: str | None,
    parallel: bool,
    destroy_on_error: bool,
    force: bool,
    no_cache: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Make and start what the project file says, and provision it.

    Without names: every machine, but those with `autostart: false`. What is there already is left alone; what
    differs is changed live where that is possible. Machines that others come `after` are brought up too.
    """
    from serai.plan.up import Options

    options = Options(
        force=force, provision=provision, only=split(provision_with), parallel=parallel, cache=not no_cache
    )
    return bring(
        obj, names, options, provider=provider, yes=yes, as_json=as_json, destroy_on_error=destroy_on_error
    )


@click.command()
@names_argument
@click.option("--provider", metavar="NAME", help="Plan new machines for this provider.")
@no_cache_option
@json_option
@click.pass_obj
def plan(obj: object, names: tuple[str, ...], provider: str | None, no_cache: bool, as_json: bool) -> int:
    """Show what `up` would change, key by key. Exits 0 when there is nothing to do, 2 when there is."""
    from serai.cli.report import headline, plan_lines
    from serai.plan.up import Options
    from serai.run.verbs import make_plan
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj, provider=provider)
    made, _, _ = make_plan(workspace, names, Options(cache=not no_cache))
    if as_json:
        from serai.cli.plan import document

        click.echo(document(workspace.scope.project, made))
    else:
        click.echo(headline(workspace.scope.project, made))
        for note in workspace.notes:
            click.echo(f"note  {note}")
        if lines := plan_lines(made):
            click.echo("\n".join(lines))
        refused = sum(1 for machine in made.machines for change in machine.changes if change.refused)
        changed = sum(len(machine.changes) for machine in made.machines)
        if changed:
            click.echo(f"{changed} change{'s' if changed != 1 else ''}, {refused} refused")
    return 2 if made.busy else 0


def _simple(obj: object, names: tuple[str, ...], *acts: Callable[..., Any], as_json: bool = False) -> int:
    """Open the project, run each `act(workspace, report)` until one fails, show how the machines are then."""
    from serai.cli.report import recap, reporter, summary
    from serai.run.workspace import open_workspace

    code, all_touched = 0, dict[str, None]()
    for act in acts:
        workspace = open_workspace(obj)
        report = reporter(as_json)
        report.names(list(workspace.project.machines))
        with report:
            run = act(workspace, report)
        touched = list(dict.fromkeys(done.partition("/")[0] for done in run.outcome.done))
        all_touched |= dict.fromkeys(touched)
        if not as_json:
            if not touched and not run.outcome.failures:
                report.say(f"{workspace.scope.project}: nothing to do")
            for line in (*recap(report.blocks), *summary(run.observed, touched, report.took, {})):
                report.say(line)
        if code := end(run.outcome):
            break
    if as_json:
        _tell(workspace, names, run.observed, all_touched)
    return code


def _tell(workspace: Any, names: tuple[str, ...], observed: Any, touched: Iterable[str] = ()) -> None:
    """`status --json` of the machines that the names mean, gone ones among them."""
    from serai.cli.states import document

    there = [*observed, *touched]
    chosen = [machine.name for machine in workspace.targets(names, extra=there)]
    if not names:
        chosen += [name for name in dict.fromkeys(there) if name not in workspace.project.machines]
    click.echo(document(workspace, observed, chosen))


@click.command()
@names_argument
@click.option("-f", "--force", is_flag=True, help="Cut the power at once.")
@json_option
@click.pass_obj
def halt(obj: object, names: tuple[str, ...], force: bool, as_json: bool) -> int:
    """Stop machines: the guest is asked to power off; after 60 s the power is cut."""
    from serai.run import verbs

    return _simple(
        obj,
        names,
        lambda workspace, report: verbs.halt(workspace, names, emit=report.emit, force=force),
        as_json=as_json,
    )


def power_off(obj: object, names: tuple[str, ...]) -> int:
    """`halt --force` of machines: what a restored snapshot has brought to life, and nobody wants."""
    from serai.run import verbs

    return _simple(
        obj, names, lambda workspace, report: verbs.halt(workspace, names, emit=report.emit, force=True)
    )


@click.command()
@names_argument
@click.option("-f", "--force", is_flag=True, help="Cut the power instead of asking the guest.")
@click.option("--provision/--no-provision", default=None, help="Run all blocks again, or none.")
@click.option("--provision-with", metavar="BLOCK,...", help="Run these blocks only, by name or kind.")
@yes_option
@json_option
@click.pass_obj
def reload(
    obj: object,
    names: tuple[str, ...],
    force: bool,
    provision: bool | None,
    provision_with: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Halt, then up: changes that wait for a restart take effect."""
    from serai.cli.report import reporter
    from serai.plan.up import Options
    from serai.run import verbs
    from serai.run.hooks import AFTER, BEFORE
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    options = Options(provision=provision, only=split(provision_with))
    names = tuple(workspace.to_reload(names))
    if not names:
        return bring_up(workspace, names, options, yes=yes, as_json=as_json, verb="reload")
    verbs.make_plan(workspace, names, options)  # what `up` will refuse is refused while the machines still run
    with reporter(as_json) as report:
        stopped = verbs.halt(workspace, names, emit=report.emit, force=force, verb="reload", halves=(BEFORE,))
    if code := end(stopped.outcome):
        if as_json:
            _tell(workspace, names, stopped.observed)
        return code
    return bring_up(workspace, names, options, yes=yes, as_json=as_json, verb="reload", halves=(AFTER,))


@click.command()
@names_argument
@click.option("--provision-with", metavar="BLOCK,...", help="Run these blocks only, by name or kind.")
@json_option
@click.pass_obj
def provision(obj: object, names: tuple[str, ...], provision_with: str | None, as_json: bool) -> int:
    """Run provisioning blocks again on running machines, whatever has run before."""
    from serai.run import verbs

    only = split(provision_with)
    return _simple(
        obj,
        names,
        lambda workspace, report: verbs.provision(workspace, names, emit=report.emit, only=only),
        as_json=as_json,
    )


@click.command()
@names_argument
@click.option("--to-disk", is_flag=True, help="Save memory to the disk and end the process.")
@click.option("-a", "--all-global", is_flag=True, help="The machines of all of this user's projects.")
@json_option
@click.pass_obj
def suspend(obj: object, names: tuple[str, ...], to_disk: bool, all_global: bool, as_json: bool) -> int:
    """Pause machines in memory, or save them to disk; `serai resume` or `serai up` wakes them."""
    from serai.run import verbs

    if all_global and names:
        raise click.UsageError("--all-global means all machines: it takes no names")
    if all_global:
        return _everywhere(
            lambda workspace, emit: verbs.suspend(workspace, (), emit=emit, to_disk=to_disk), as_json=as_json
        )

    return _simple(
        obj,
        names,
        lambda workspace, report: verbs.suspend(workspace, names, emit=report.emit, to_disk=to_disk),
        as_json=as_json,
    )


@click.command()
@names_argument
@click.option("--provision/--no-provision", default=False, help="Then run all blocks again. [default: none]")
@click.option("--provision-with", metavar="BLOCK,...", help="Then run these blocks, by name or kind.")
@json_option
@click.pass_obj
def resume(obj: object, names: tuple[str, ...], provision: bool, provision_with: str | None, as_json: bool) -> int:
    """Wake suspended machines."""
    from serai.run import verbs

    only = split(provision_with)

    def wake(workspace: Any, report: Any) -> Any:
        return verbs.resume(workspace, names, emit=report.emit)

    def blocks(workspace: Any, report: Any) -> Any:
        return verbs.provision(workspace, names, emit=report.emit, only=only)

    return _simple(obj, names, wake, *([blocks] if provision or only else []), as_json=as_json)


def _everywhere(act: Callable[..., Any], *, as_json: bool) -> int:
    """Do it in every project of this user; the first code that is not 0. As JSON: what `global-status` gives."""
    from serai.cli.output import print_json
    from serai.cli.report import reporter
    from serai.cli.states import beside
    from serai.run.workspace import Workspace, every_project
    from serai.spec.machine import Project

    codes, body = [], []
    for scope, _ in every_project():
        workspace = Workspace(Project(project=scope.project), scope.root, scope)
        with reporter(as_json) as report:
            run = act(workspace, report.emit)
        for name, seen in run.observed.items():
            if not as_json:
                report.say(f"{scope.project}  {name}  {seen.state}")
            body.append(beside(scope, name, seen))
        codes.append(end(run.outcome))
    if as_json:
        print_json({"machines": body})
    return next((code for code in codes if code), 0)


@click.command()
@names_argument
@yes_option
@click.option("-g", "--graceful", is_flag=True, help="Ask the guests to power off first, as `halt` does.")
@click.option("--force", is_flag=True, help="Destroy what says `keep: true`, too.")
@json_option
@click.pass_obj
def destroy(obj: object, names: tuple[str, ...], yes: bool, graceful: bool, force: bool, as_json: bool) -> int:
    """Remove machines and all that was made for them: disks, seed, sockets, records."""
    from serai.run import verbs

    def consent(question: str) -> bool:
        return asked(question, yes)

    return _simple(
        obj,
        names,
        lambda workspace, report: verbs.destroy(
            workspace, names, emit=report.emit, consent=consent, force=force, graceful=graceful
        ),
        as_json=as_json,
    )


__all__ = ["destroy", "halt", "plan", "provision", "reload", "resume", "suspend", "up"]
