"""Asks on a terminal which interface of the host public networks are joined to (VAG-7)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from serai.util.errors import did_you_mean

if TYPE_CHECKING:
    from serai.providers.interfaces import Interface
    from serai.run.workspace import Workspace


def settle_public(workspace: Workspace, *, yes: bool) -> None:
    """Ask, remember and fill in, when a public network leaves it open. With -y or without a terminal nothing is
    asked: the plan then refuses it, with the list."""
    from serai.providers.interfaces import interfaces
    from serai.run import public

    machines = workspace.project.machines.values()
    names = public.waiting(machines)
    if not names or yes or not sys.stdin.isatty():
        return
    if any(public.is_remote(machine) for machine in machines if machine.name in names):
        return
    there = interfaces()
    if not there:
        return
    click.echo(f"{', '.join(names)}: a public network; which interface of the host is it joined to?", err=True)
    for number, each in enumerate(there, start=1):
        click.echo(f"  {number}  {each.name}  {each.about}", err=True)
    chosen = click.prompt("Interface", default="1", err=True, value_proc=lambda word: _one(word, there))
    answer = public.remember(workspace.scope, chosen)
    workspace.project = public.joined(workspace.project, answer)
    click.echo(
        f"note  remembered for this project; in the file it is `public: {{{answer.key}: {answer.name}}}`", err=True
    )


def _one(word: str, there: list[Interface]) -> Interface:
    """By its number or its name."""
    if word.isdigit() and 1 <= int(word) <= len(there):
        return there[int(word) - 1]
    names = [each.name for each in there]
    if word in names:
        return there[names.index(word)]
    raise click.BadParameter(did_you_mean(word, names) or f"a number from 1 to {len(there)}, or a name")
