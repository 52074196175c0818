"""Commands of vagrant's that serai answers in vagrant's own form: status, port, version, plugin, init, …"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from serai.cli.vagrant import lines
from serai.cli.vagrant.words import VERBS
from serai.util.errors import Code, SeraiError

BUILT_IN = {
    "vagrant-libvirt": "the provider libvirt",
    "vagrant-hostmanager": "machines know each other by name",
    "vagrant-hostsupdater": "machines know each other by name",
    "vagrant-disksize": "the root disk gets its size",
    "vagrant-reload": "reload is a step",
    "vagrant-env": ".env is read",
}
"""Plugins of vagrant's whose work serai does itself."""

VAGRANTFILE = """\
Vagrant.configure("2") do |config|
  config.vm.box = "{box}"
{more}end
"""


def status(obj: object, names: Sequence[str], readable: bool) -> int:
    """`vagrant status`, in the columns that scripts look for."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    observed = workspace.observe()
    workspace.settled(observed)
    chosen = [machine.name for machine in workspace.targets(names)]
    if readable:
        lines.status(workspace.project.machines, observed, chosen)
        return 0
    rows = []
    for name in chosen:
        seen = observed.get(name)
        provider = seen.provider if seen else workspace.project.machines[name].provider
        rows.append((name, provider, lines.words_of(seen.state if seen else "absent"), ""))
    for line in lines.human(rows):
        click.echo(line)
    return 0


def global_status() -> int:
    """`vagrant global-status --machine-readable`."""
    from serai.run.workspace import everything

    found = everything()
    lines.tell("", "metadata", "machine-count", len(found))
    for scope, name, seen in found:
        for kind, value in (
            ("machine-id", f"{scope.project_id}-{name}"),
            ("provider-name", seen.provider),
            ("machine-home", scope.root),
            ("state", lines.words_of(seen.state)[0]),
        ):
            lines.tell(name, kind, value)
    return 0


def port(obj: object, names: Sequence[str]) -> int:
    """`vagrant port --machine-readable`: forwarded_port,GUEST,HOST."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(obj)
    observed = workspace.observe()
    name = workspace.targets(names, one=True, extra=observed)[0].name
    if name not in observed:
        raise SeraiError(Code.REFUSED, f"{name} is not made yet", hint=f"serai up {name}")
    lines.tell(name, "metadata", "provider", observed[name].provider)
    for forward in observed[name].forwards:
        lines.tell(name, "forwarded_port", forward.guest, forward.host)
    return 0


def plugin(args: Sequence[str], readable: bool) -> int:
    """`vagrant plugin install NAME` is done where serai does the plugin's work, and refused where it does not."""
    verb = next((arg for arg in args if not arg.startswith("-")), "list")
    named = [arg for arg in args if not arg.startswith("-")][1:]
    if verb == "list":
        for name, what in BUILT_IN.items():
            if readable:
                lines.tell("", "plugin-name", name)
                lines.tell(name, "plugin-version", "built in")
            else:
                click.echo(f"{name} (built in: {what})")
        return 0
    if verb in ("uninstall", "update", "repair", "expunge", "license"):
        click.echo("nothing to do: plugins are part of serai", err=True)
        return 0
    if verb != "install":
        raise SeraiError(Code.USAGE, f"vagrant plugin has no command {verb!r}", hint="serai vagrant plugin list")
    unknown = [name for name in named if name not in BUILT_IN]
    if unknown:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{', '.join(unknown)}: serai runs no plugins of vagrant's, and has nothing in its place",
            hint="serai vagrant plugin list shows what is built in",
        )
    for name in named:
        click.echo(f"{name}: nothing to install, {BUILT_IN[name]}", err=True)
    return 0


def version(readable: bool) -> int:
    """`vagrant version`: serai's, without asking anybody."""
    from serai import __version__

    if readable:
        lines.tell("", "version-installed", __version__)
    else:
        click.echo(f"Installed Version: serai {__version__}")
    return 0


def commands(readable: bool) -> int:
    """`vagrant list-commands`."""
    for name, verb in sorted(VERBS.items()):
        if readable:
            lines.tell("", "cli-command", name)
        else:
            click.echo(f"{name:16}  {verb.refused or 'serai ' + ' '.join(verb.words or (name,))}")
    return 0


def init(args: Sequence[str]) -> int:
    """`vagrant init [BOX [URL]]`: write a Vagrantfile."""
    named: list[str] = []
    found: dict[str, str] = {}
    todo = list(args)
    while todo:
        word = todo.pop(0)
        if word in ("-f", "--force", "-m", "--minimal"):
            found[word[:3].strip("-")] = "yes"
        elif word.startswith(("--box-version", "--output", "--template")):
            key, equals, value = word.partition("=")
            if not equals and not todo:
                raise SeraiError(Code.USAGE, f"vagrant init: {key} needs a value")
            found[key] = value if equals else todo.pop(0)
        elif word.startswith("-") and word != "-":
            raise SeraiError(Code.USAGE, f"vagrant init has no option {word}", hint="serai init --help")
        else:
            named.append(word)
    return _write(named, found)


def _write(named: list[str], found: dict[str, str]) -> int:
    from serai.util.files import write_atomic

    if "--template" in found:
        raise SeraiError(
            Code.UNSUPPORTED,
            "vagrant init --template: no templates here",
            hint="cp TEMPLATE Vagrantfile",
        )
    more = [f'  config.vm.box_url = "{named[1]}"'] if len(named) > 1 else []
    if "--box-version" in found:
        more.append(f'  config.vm.box_version = "{found["--box-version"]}"')
    text = VAGRANTFILE.format(box=named[0] if named else "base", more="".join(f"{line}\n" for line in more))
    if found.get("--output") == "-":
        click.echo(text, nl=False)
        return 0
    path = Path(found.get("--output", "Vagrantfile"))
    if path.exists() and "f" not in found:
        raise SeraiError(Code.REFUSED, f"{path} is there already", hint="serai vagrant init -f replaces it")
    write_atomic(path, text, mode=0o644)
    click.echo(f"{path} is written; next: serai up")
    return 0


def answer(obj: object, args: Sequence[str], readable: bool) -> int | None:
    """The exit code of a command that is answered here; None: it is one of serai's verbs."""
    name, rest = args[0], list(args[1:])
    names = [word for word in rest if not word.startswith("-")]
    own: dict[str, Any] = {
        "plugin": lambda: plugin(rest, readable),
        "version": lambda: version(readable),
        "list-commands": lambda: commands(readable),
        "help": lambda: commands(False),
        "init": lambda: init(rest),
    }
    if name == "status" and names == rest:
        return status(obj, names, readable)
    if readable and name == "global-status" and not rest:
        return global_status()
    if readable and name == "port" and names == rest:
        return port(obj, names)
    return own[name]() if name in own else None
