"""`serai completion SHELL`: the script that makes a shell complete serai's commands."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script: `eval "$(serai completion bash)"` in ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from serai.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "serai", "_SERAI_COMPLETE").source())
