"""The command `serai`: a group that imports a command only when it is called; errors are printed in one place."""

from __future__ import annotations

import os
from typing import Any

import click

from serai import __version__
from serai.cli.options import Options
from serai.util.errors import Code, SeraiError, SeraiErrors

SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Machines": {
        "up": ("serai.cli.verbs:up", "Make and start what the project file says, and provision it"),
        "plan": ("serai.cli.verbs:plan", "Show what `up` would change, key by key"),
        "status": ("serai.cli.status:status_", "Show the machines and their states"),
        "halt": ("serai.cli.verbs:halt", "Stop machines gracefully"),
        "reload": ("serai.cli.verbs:reload", "Halt, then up: changes that need a restart take effect"),
        "provision": ("serai.cli.verbs:provision", "Run provisioning blocks on running machines"),
        "suspend": ("serai.cli.verbs:suspend", "Pause machines in memory, or save them to disk"),
        "resume": ("serai.cli.verbs:resume", "Wake suspended machines"),
        "snapshot": ("serai.cli.snapshot:snapshot", "Save, list, restore and delete snapshots"),
        "clone": ("serai.cli.render:clone", "Copy a stopped machine, with a new identity"),
        "fork": ("serai.cli.fork:fork", "Make machines that go on from where a running one is"),
        "package": ("serai.cli.package:package", "Write a stopped machine as a box"),
        "destroy": ("serai.cli.verbs:destroy", "Remove machines and all that was made for them"),
    },
    "Inside a machine": {
        "ssh": ("serai.cli.access:ssh", "Log in, or run one command"),
        "exec": ("serai.cli.access:exec_", "Run a command in one or many machines"),
        "cp": ("serai.cli.access:cp", "Copy files in or out"),
        "upload": ("serai.cli.access:upload", "Copy a file in, to the one machine"),
        "console": ("serai.cli.access:console", "Attach to the serial console"),
        "logs": ("serai.cli.access:logs", "Show what the console and the engine said"),
        "stats": ("serai.cli.stats:stats", "Show what containers take now"),
        "screenshot": ("serai.cli.screenshot:screenshot", "Write what the screen shows to a file"),
        "port": ("serai.cli.access:port", "Show forwarded ports"),
        "rsync": ("serai.cli.access:rsync", "Copy the rsync folders again"),
        "rsync-auto": ("serai.cli.access:rsync_auto", "Copy the rsync folders whenever they change"),
        "ssh-config": ("serai.cli.access:ssh_config", "Print blocks for ~/.ssh/config"),
        "inventory": ("serai.cli.inventory:inventory", "Print Ansible's inventory of machines that run"),
    },
    "Project": {
        "init": ("serai.cli.project:init", "Write a serai.yaml to start from"),
        "validate": ("serai.cli.project:validate", "Check the project file and report every error"),
        "config": ("serai.cli.project:config", "Show the project file, resolved"),
        "convert": ("serai.cli.convert:convert", "Write a serai.yaml from a Vagrantfile or a Compose file"),
        "render": ("serai.cli.render:render", "Show what is handed to the engine"),
        "adopt": ("serai.cli.adopt:adopt", "Take over machines whose project was lost"),
        "schema": ("serai.cli.project:schema", "Print the JSON Schema, for editors"),
        "explain": ("serai.cli.explain:explain", "Say what a key means, or an id of the guide"),
    },
    "Host": {
        "host": ("serai.cli.host:host", "Check the host, tune it, and undo that"),
        "image": ("serai.cli.image:image", "List, pull, build, import, inspect and prune images"),
        "box": ("serai.cli.box:box", "Fetch, list, renew and remove Vagrant boxes"),
        "global-status": ("serai.cli.status:global_status", "Show the machines of all projects"),
        "bench": ("serai.cli.bench:bench", "Measure what a tuning gains here, in real guests"),
        "vagrant": ("serai.cli.vagrant.command:vagrant", "Do what a vagrant command line says"),
        "completion": ("serai.cli.completion:completion", "Print the completion script of a shell"),
    },
}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class LazyGroup(click.Group):
    """Knows its commands by name and one line; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        entry = COMMANDS.get(name)
        if entry is None:
            return None
        from importlib import import_module

        module, _, attribute = entry[0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from serai.util.errors import did_you_mean

            hint = did_you_mean(args[0], list(COMMANDS)) or "serai --help lists them"
            raise SeraiError(Code.USAGE, f"there is no command {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)
        ]


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 something failed, 2 `plan` found something to do, 3 the project file is wrong, "
    "4 refused or not supported, 5 a program is missing, 6 in use, 64 wrong usage, 130 interrupted.",
)
@click.option(
    "-f",
    "--file",
    metavar="FILE",
    help="The project file [default: serai.yaml, Vagrantfile or compose.yaml here or above].",
)
@click.option(
    "--allow-read", multiple=True, metavar="PATH", help="A Vagrantfile or Compose file may read this, too."
)
@click.option(
    "--profile", "profiles", multiple=True, metavar="NAME", help="A profile of the Compose file is active."
)
@click.option("--with", "supplied", multiple=True, metavar="COMMAND=OUTPUT", help="What a command would print.")
@click.option("--ruby", is_flag=True, help="A real Ruby runs the Vagrantfile, in a sandbox.")
@click.option("--debug", is_flag=True, help="Show where in serai an error arose.")
@click.version_option(__version__, "-V", "--version", message="serai %(version)s")
@click.pass_context
def cli(
    ctx: click.Context,
    file: str | None,
    allow_read: tuple[str, ...],
    supplied: tuple[str, ...],
    ruby: bool,
    debug: bool,
    profiles: tuple[str, ...],
) -> None:
    """One project file becomes machines: planned, provisioned, watched and undone."""
    ctx.obj = Options(file or os.environ.get("SERAI_FILE") or None, debug, allow_read, supplied, ruby, profiles)


def run(args: list[str]) -> int:
    """Run one command line; every error ends here as lines on stderr and an exit code."""
    try:
        result = cli.main(args=args, prog_name="serai", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - `ended` raises what is not the command line's
        return ended(error, args)
    return result if isinstance(result, int) else 0


def ended(error: BaseException, args: list[str]) -> int:
    """Say on stderr what ended the command line `args`; the exit code. What it does not know is raised again."""
    debug = "--debug" in args
    match error:
        case SeraiError():
            if debug:
                import traceback

                traceback.print_exception(error)
            show(error)
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message())
            return 0 if not args else 64
        case click.ClickException():
            where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "serai"
            show(SeraiError(Code.USAGE, error.format_message(), hint=f"{where} --help"))
            return 64
        case click.Abort() | KeyboardInterrupt():
            command = next((word for word in args if word in COMMANDS), "")
            then = "; the next `serai up` goes on from here" if command in SECTIONS["Machines"] else ""
            click.echo(f"interrupted{then}", err=True)
            return 130
        case BrokenPipeError():
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 141
        case Exception() if not debug:
            told = unforeseen(error)
            show(told)
            return told.exit_code
    raise error


def unforeseen(error: Exception) -> SeraiError:
    """What nobody foresaw, as a sentence with the place in the source."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    if isinstance(error, OSError):
        from serai.util.files import FULL, no_room

        if error.errno in FULL:
            return no_room(error)
    if isinstance(error, OSError) and error.strerror:  # the system refused, not serai: a full disk, a permission
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        return SeraiError(Code.FAILED, text, hint="serai --debug … shows where in serai")
    return SeraiError(
        Code.INTERNAL,
        f"a bug in serai: {type(error).__name__}: {error}{where}",
        hint="serai --debug … shows all of it",
    )


def show(error: SeraiError) -> None:
    """Print an error for a person: one line each, its details indented, the way on last."""
    from serai.cli.say import clean

    errors = error.errors if isinstance(error, SeraiErrors) else (error,)
    for each in errors:
        prefix = "" if each.where else click.style("error: ", fg="red")
        hint = f", {each.hint}" if each.hint and each.where else ""
        click.echo(f"{prefix}{clean(f'{each.line()}{hint}')}", err=True)
        for line in each.details:
            click.echo(f"    {clean(line)}", err=True)
        if each.hint and not each.where:
            click.echo(f"  next: {clean(each.hint)}", err=True)
    if isinstance(error, SeraiErrors):
        count = len(errors)
        click.echo(f"{count} error{'s' if count != 1 else ''}, nothing was changed", err=True)
