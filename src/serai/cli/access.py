"""ssh, exec, cp, console, logs, port, rsync, ssh-config: into machines that run."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

TAIL = "serai.access.tail"


class Split(click.Command):
    """A command whose words after `--` are not its own: `tail()` gives them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            args, ctx.meta[TAIL] = args[:at], args[at + 1 :]
        return super().parse_args(ctx, args)


def tail() -> list[str]:
    """The words after `--` of the command that runs."""
    words: list[str] = click.get_current_context().meta.get(TAIL, [])
    return words


def _open(obj: object) -> Any:
    """The workspace, with each machine on the provider that really has it."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    workspace.settled(workspace.observe())
    return workspace


def _become(words: list[str]) -> int:
    """Go on as another program: its exit code is ours."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvp(words[0], words)


def _one(workspace: Any, name: str | None) -> Any:
    """The machine that one name means, or the primary."""
    return workspace.targets([name] if name else [], one=True)[0]


def _failed(message: str, hint: str) -> Exception:
    from serai.util.errors import Code, SeraiError

    return SeraiError(Code.USAGE, message, hint=hint)


@click.command(cls=Split, options_metavar="[OPTIONS] [-- SSH_ARGS]...")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("-c", "--command", metavar="CMD", help="Run this by the login's shell, and end with its exit code.")
@click.option("-p", "--plain", is_flag=True, help="Only the address: who logs in, and with what, is left to ssh.")
@click.option("-t/-T", "--tty/--no-tty", default=None, help="Give a command a terminal, or none.")
@click.pass_obj
def ssh(obj: object, name: str | None, command: str | None, plain: bool, tty: bool | None) -> int:
    """Log in to NAME (the primary machine, or the only one), or run one command.

    Words after `--` go to ssh: `serai ssh web -- -L 8080:localhost:80`.
    """
    from serai.guest.ssh import SshTransport
    from serai.run.reach import way

    workspace = _open(obj)
    into = way(workspace, _one(workspace, name).name)
    if tty is None:
        tty = command is not None and sys.stdin.isatty() and sys.stdout.isatty()
    words = into.argv(command, tty=tty)
    if isinstance(into, SshTransport):
        if plain:
            words = into.plain(command, tty=tty)
        else:
            into.open()
        at = len(words) - (1 if command is None else 2)
        words[at:at] = tail()
    elif tail():
        raise _failed("this machine is not reached by ssh: it takes no words after --", "serai exec NAME -- CMD")
    return _become(words)


@click.command(name="exec", cls=Split, options_metavar="[OPTIONS]", epilog="Words after `--` are the command.")
@click.argument("names", nargs=-1, metavar="[NAME]... -- CMD")
@click.option("--json", "as_json", is_flag=True, help="Print code, stdout and stderr of each machine as JSON.")
@click.option("--agent", is_flag=True, help="Of one machine, by its guest agent: as root, without a network.")
@click.pass_obj
def exec_(obj: object, names: tuple[str, ...], as_json: bool, agent: bool) -> int:
    """Run CMD in the named machines (all without names), at once, with the environment of the project file.

    One machine: its output and exit code are those of the command. Several: each line names its machine, and
    the exit code is the first that is not 0.
    """
    from shlex import join, quote

    from serai.cli.say import clean
    from serai.run.reach import everywhere, way

    if not (words := tail()):
        raise _failed("no command is given", "serai exec [NAME]... -- CMD")
    command = words[0] if len(words) == 1 else join(words)
    workspace = _open(obj)
    machines = workspace.targets(names)
    if agent:
        return _by_agent(workspace, workspace.targets(names, one=True)[0].name, command, as_json)
    if len(machines) == 1 and not as_json:
        exports = "".join(f"export {key}={quote(value)}; " for key, value in machines[0].env.items())
        into = way(workspace, machines[0].name)
        into.open()
        tty = sys.stdin.isatty() and sys.stdout.isatty()
        return _become(into.argv(f"exec /bin/sh -c {quote(exports + command)}", tty=tty))
    width = max((len(machine.name) for machine in machines), default=0)

    def show(name: str, line: str) -> None:
        click.echo(f"{name:{width}}  {clean(line)}")

    answers = everywhere(workspace, machines, command, None if as_json else show)
    if as_json:
        from serai.cli.output import print_json

        print_json({"machines": answers})
    else:
        for name, answer in answers.items():
            if answer.code:
                click.echo(f"{name:{width}}  {clean(answer.error) or f'exit code {answer.code}'}", err=True)
    return next((answer.code for answer in answers.values() if answer.code), 0)


AGENT_BUDGET = 600.0
"""Seconds that a command by the agent may take: it tells nothing before it ends."""


def _by_agent(workspace: Any, name: str, command: str, as_json: bool) -> int:
    from serai.cli.output import print_json
    from serai.providers.contract import Feature
    from serai.run.reach import Answer

    driver = workspace.provider(name)
    driver.capabilities().need(Feature.AGENT, provider=driver.name, machine=name)
    code, out, err = driver.agent_exec(name, command, AGENT_BUDGET)
    if as_json:
        print_json({"machines": {name: Answer(int(code), out, err)}})
        return int(code)
    click.echo(out, nl=False)
    click.echo(err, nl=False, err=True)
    return int(code)


@click.command()
@click.argument("source", metavar="SRC")
@click.argument("destination", metavar="DST")
@click.pass_obj
def cp(obj: object, source: str, destination: str) -> int:
    """Copy a file or a directory in or out: `serai cp site web:/srv/www`, `serai cp web:/etc/hosts .`

    A directory's content lands in DST itself; when DST ends with `/`, below it under its own name.
    """
    from serai.run.reach import copy

    copy(_open(obj), source, destination)
    return 0


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("-n", "--lines", default=20, metavar="N", help="Lines of the log to show first. [default: 20]")
@click.pass_obj
def console(obj: object, name: str | None, lines: int) -> int:
    """Attach to the serial console; Ctrl-] detaches. It shows the end of the log first."""
    from serai.guest.serial import attach, opened, raw, write
    from serai.providers.contract import Feature
    from serai.run.follow import last

    workspace = _open(obj)
    machine = _one(workspace, name)
    provider = workspace.provider(machine.name)
    provider.capabilities().need(Feature.CONSOLE, provider=machine.provider, machine=machine.name)
    place = provider.console(machine.name)
    keys, screen = sys.stdin.fileno(), sys.stdout.fileno()
    if place.argv:
        click.echo(f"{machine.name}: attaching, {place.leave} detaches", err=True)
        write(screen, last(place.log, lines))
        return _become(list(place.argv))
    with opened(place.socket, machine.name) as connection:
        click.echo(f"{machine.name}: attached, Ctrl-] detaches", err=True)
        write(screen, last(place.log, lines))
        with raw(keys):
            end = attach(connection, keys, screen)
    click.echo(f"\n{machine.name}: {end}", err=True)
    return 0


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("-f", "--follow", is_flag=True, help="Go on as it grows, until Ctrl-C.")
@click.option(
    "--serial/--engine", default=True, help="What the guest's console said, or the engine. [default: serial]"
)
@click.option("-n", "--lines", default=200, metavar="N", help="How many lines; -1 is all. [default: 200]")
@click.pass_obj
def logs(obj: object, name: str | None, follow: bool, serial: bool, lines: int) -> int:
    """Show what the serial console or the engine said; also of a machine that stopped."""
    from serai.run.follow import follow as following
    from serai.run.follow import last

    workspace = _open(obj)
    machine = _one(workspace, name)
    provider = workspace.provider(machine.name)
    if serial and (said := getattr(provider, "logs", None)) is not None:
        return _spoken(said(machine.name, follow=follow, lines=lines))
    place = provider.console(machine.name)
    path = place.log if serial else place.engine
    if path is None:
        raise _failed(f"{machine.name}: provider {machine.provider} keeps no log of its engine", "--serial")
    if not path.exists() and not follow:
        click.echo(f"{machine.name}: nothing was said yet ({path})", err=True)
        return 0
    out = sys.stdout.buffer
    out.write(last(path, lines))
    out.flush()
    for data in following(path) if follow else ():
        out.write(data)
        out.flush()
    return 0


def _spoken(said: Any) -> int:
    """What an engine keeps of a container's output, as it comes."""
    out = sys.stdout.buffer
    for data in said:
        out.write(data)
        out.flush()
    return 0


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--guest", type=int, metavar="PORT", help="Only the port of this host that leads to this one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def port(obj: object, names: tuple[str, ...], guest: int | None, as_json: bool) -> int:
    """Show the ports of this host that lead into machines."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    observed = workspace.observe()
    chosen = [machine.name for machine in workspace.targets(names, extra=observed) if machine.name in observed]
    if guest is not None:
        return _port_to(workspace, names, observed, guest)
    if as_json:
        from serai.cli.output import print_json

        print_json({name: observed[name].forwards for name in chosen})
        return 0
    width = max((len(name) for name in chosen), default=0)
    for name in chosen:
        for forward in observed[name].forwards:
            note = f"  {forward.id}" if forward.id else ""
            left = f"{forward.host_ip}:{forward.host}"
            click.echo(f"{name:{width}}  {left:<21} -> {forward.guest}/{forward.protocol}{note}")
    return 0


def _port_to(workspace: Any, names: tuple[str, ...], observed: Any, guest: int) -> int:
    """Print the number alone, for scripts."""
    from serai.util.errors import Code, SeraiError

    name = workspace.targets(names, one=True, extra=observed)[0].name
    for forward in observed[name].forwards if name in observed else ():
        if forward.guest == guest:
            click.echo(forward.host)
            return 0
    raise SeraiError(Code.INPUT, f"{name}: no port of this host leads to {guest}", hint=f"serai port {name}")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_obj
def rsync(obj: object, names: tuple[str, ...]) -> int:
    """Copy the rsync folders of the machines again."""
    from serai.cli.report import Lines
    from serai.run.hooks import AFTER, BEFORE, around
    from serai.run.reach import rsync as again

    workspace = _open(obj)
    total = 0
    chosen = workspace.targets(names)
    around(BEFORE, "rsync", workspace, chosen, Lines().emit)
    for machine in chosen:

        def say(phrase: str, name: str = machine.name) -> None:
            click.echo(f"{name}: {phrase}", err=True)

        total += again(workspace, machine, say)
    around(AFTER, "rsync", workspace, chosen, Lines().emit)
    if not total:
        click.echo(NO_RSYNC, err=True)
    return 0


NO_RSYNC = "no machine has a synced folder of the type rsync"


@click.command(name="rsync-auto")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--poll", is_flag=True, help="Look at the files: for network file systems, which tell nothing.")
@click.pass_obj
def rsync_auto(obj: object, names: tuple[str, ...], poll: bool) -> int:
    """Copy the rsync folders whenever something in them changes, until Ctrl-C.

    What `exclude` names does not count.
    """
    from serai.run.reach import copies
    from serai.run.reach import rsync as again
    from serai.run.watch import watch
    from serai.util.errors import SeraiError

    workspace = _open(obj)
    began = False

    def copy(machine: Any) -> None:
        nonlocal began
        try:
            again(workspace, machine, lambda phrase: click.echo(f"{machine.name}: {phrase}", err=True))
        except SeraiError as error:
            if not began:
                raise
            # a guest that reboots is there again at the next change
            click.echo(f"{machine.name}: {error}", err=True)
        began = True

    try:
        chosen = [copies(workspace, machine) for machine in workspace.targets(names)]
        watch(chosen, workspace.scope.root, copy, poll=poll)
    except KeyboardInterrupt:
        return 0
    click.echo(NO_RSYNC, err=True)
    return 0


@click.command()
@click.argument("source", metavar="SRC")
@click.argument("destination", metavar="[DST]", required=False)
@click.argument("name", metavar="[NAME]", required=False)
@click.option("-t", "--temporary", is_flag=True, help="To a new directory below /tmp, which is printed.")
@click.pass_obj
def upload(obj: object, source: str, destination: str | None, name: str | None, temporary: bool) -> int:
    """Copy a file or a directory into NAME (the primary machine, or the only one); DST is its home otherwise."""
    from pathlib import Path

    from serai.run.reach import way

    path = Path(source)
    if not path.exists():
        raise _failed(f"there is no file {source}", "serai upload SRC [DST] [NAME]")
    workspace = _open(obj)
    into = way(workspace, _one(workspace, name).name)
    if temporary:
        folder = into.run("mktemp -d /tmp/serai-upload.XXXXXX").stdout.strip()
        destination = f"{folder}/{destination or path.name}"
    into.put(path, destination or path.name)
    if temporary:
        click.echo(destination)
    return 0


@click.command(name="ssh-config")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--host", metavar="ALIAS", help="Call the one machine this, instead of by its name.")
@click.pass_obj
def ssh_config(obj: object, names: tuple[str, ...], host: str | None) -> int:
    """Print blocks for ~/.ssh/config, for machines that run: other programs then reach them by name."""
    from serai.guest.ssh_options import block
    from serai.providers.contract import SshEndpoint
    from serai.util.errors import SeraiError

    workspace = _open(obj)
    found = []
    for machine in workspace.targets(names, one=host is not None):
        try:
            endpoint = workspace.provider(machine.name).endpoint(machine.name)
        except SeraiError as error:
            if names:
                raise
            click.echo(f"# {error.message}", err=True)
            continue
        if isinstance(endpoint, SshEndpoint):
            found.append(block(endpoint, machine.name, host))
    click.echo("\n".join(found), nl=False)
    return 0
