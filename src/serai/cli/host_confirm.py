"""serai host confirm: keep a change of the network that is undone by itself otherwise."""

from __future__ import annotations

import click

from serai.cli.host_common import reach_of, seen_cells, where
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError


@click.command()
@where
def confirm(root: str) -> int:
    """Keep the bridge that `serai host tune bridge` has made: that you could log in says that the way in is open.

    Without this, or Enter where it was begun, the network is put back when its time is over.
    """
    from serai.host.bridging import timer
    from serai.host.bridging.guarded import finish

    reach = reach_of(root)
    try:
        with reach.lock("serai host confirm"):
            seen = finish(reach, lambda line: click.echo(line, err=True))
    except SeraiError as error:
        if error.code is not Code.BUSY or not timer.confirm(reach):
            raise
        click.echo("confirmed; the run that made it goes on")
        return 0
    for line in columns([seen_cells("bridge", each) for each in seen]):
        click.echo(line)
    return int(any(each.state == "lost" for each in seen))
