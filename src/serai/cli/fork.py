"""serai fork: machines that go on from where a running one is."""

from __future__ import annotations

import click

from serai.cli.verbs import json_option


@click.command()
@click.argument("name")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many.")
@click.option("--as", "names", metavar="NAMES", help="Their names, %d is the number [default: NAME-fork-%d].")
@json_option
@click.pass_obj
def fork(obj: object, name: str, count: int, names: str | None, as_json: bool) -> int:
    """Make machines that go on from the memory and disks of NAME as they are now. NAME runs on.

    Each of them has an identity of its own: name, keys, addresses, clock and seed. They are in no file:
    `serai destroy` removes them without a trace.
    """
    from serai.cli.bring import end
    from serai.cli.report import reporter, summary
    from serai.run.fork import fork as make
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    report = reporter(as_json)
    with report:
        run = make(workspace, name, emit=report.emit, count=count, names=names or "")
    made = list(dict.fromkeys(done.partition("/")[0] for done in run.outcome.done))
    if as_json:
        from serai.cli.states import document

        click.echo(document(workspace, run.observed, made))
    else:
        for line in summary(run.observed, made, report.took, {}):
            report.say(line)
    return end(run.outcome)
