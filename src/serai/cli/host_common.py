"""What the commands of `serai host` share: which host is meant, asking, and what was read back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from serai.util.errors import Code, SeraiError, SeraiErrors

if TYPE_CHECKING:
    from serai.host.changes.change import Seen
    from serai.host.reach.contract import Reach

ROLES = ("vm-host", "container-host", "gpu-passthrough", "realtime", "nfs-storage", "xen-dom0", "ovirt-engine")
TO_DO = 2
"""Exit code of a dry run that found something to do, as `serai plan` has it."""
COLOURS = {"done": "green", "pending": "yellow", "lost": "red"}


def reach_of(root: str, *, reads: bool = False) -> Reach:
    """The host that is meant: a tree's directory, or what `where` makes of --host. With `reads` nothing will be
    changed, so that another host's login need not be root's.

    Raises SeraiError: Code.INPUT for a directory that there is not, Code.NETWORK, Code.REFUSED without root.
    """
    from serai.host.reach.local import Local

    if root.startswith(REMOTE):
        from serai.host.reach.ssh import reach

        found = reach(root.removeprefix(REMOTE), root=not reads)
        if context := click.get_current_context(silent=True):
            context.call_on_close(found.close)
        return found
    path = Path(root).resolve()
    if not path.is_dir():
        raise SeraiError(Code.INPUT, f"{root} is no directory", hint="--root takes a copy of a host's files")
    return Local(path)


PLACED = "serai.placed"
"""Where a command's context keeps the option that says which host is meant."""
COMMAND = re.compile(r"\bserai host (check|confirm|devices|passthrough|setup|tune|undo)\b")
REMOTE = "host:"
"""Before what --host names, in the word that stands for a host."""


def where(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which host is meant; the command is given one word, `root`, for `reach_of`."""

    @wraps(command)
    def placed(*args: Any, root: str, host: str | None, **options: Any) -> Any:
        if host and root != "/":
            raise SeraiError(
                Code.USAGE, "--root names a tree here, --host a host elsewhere", hint="leave one of them out"
            )
        if context := click.get_current_context(silent=True):
            context.meta[PLACED] = _option(root, host)
        try:
            return command(*args, root=f"{REMOTE}{host}" if host else root, **options)
        except SeraiError as error:
            for each in error.errors if isinstance(error, SeraiErrors) else [error]:
                each.hint = there(each.hint)
            raise

    for option in (
        click.option("--root", default="/", metavar="DIR", help="A tree of a host's files instead of this host."),
        click.option("--host", metavar="USER@SERVER", help="A host elsewhere, by SSH; nothing is left there."),
    ):
        placed = option(placed)
    return placed


def _option(root: str, host: str | None) -> str:
    """What a command for the same host must say, too."""
    if host:
        return f"--host {shlex.quote(host)}"
    return f"--root {shlex.quote(root)}" if root != "/" else ""


def there(text: str) -> str:
    """A sentence whose commands of `serai host` are for the host that this one was given: `--host`, `--root`."""
    context = click.get_current_context(silent=True)
    option = context.meta.get(PLACED) if context else ""
    if not option or any(each in text for each in ("--host", "--root")):
        return text
    return COMMAND.sub(lambda found: f"{found[0]} {option}", text)


def seen_cells(ident: str, seen: Seen) -> tuple[str, ...]:
    state = click.style(str(seen.state), fg=COLOURS.get(seen.state))
    waits = f"waits for {seen.why}" if seen.state == "pending" and seen.why else seen.why
    return state, ident, f"{seen.read}: {seen.value}", waits


@contextmanager
def changes(reach: Reach, command: str, names: Sequence[str], ids: Sequence[str] = ()) -> Iterator[None]:
    """Around what changes the host: one change at a time, and Ctrl-C says how to go on.

    `names` stand behind the command, `ids` behind `undo`, where they are others.
    """
    from serai.host.apply import changing

    try:
        with changing(reach, f"serai host {command}"):
            yield
    except KeyboardInterrupt as error:
        which = " ".join(names)
        back = f"serai host undo {' '.join(ids or names)} puts it back"
        other = "nothing is lost until then" if command == "undo" else back
        raise SeraiError(
            Code.INTERRUPTED,
            "interrupted: what was begun is written down",
            hint=f"serai host {command} {which} goes on from here, {other}",
        ) from error


def confirm(yes: bool, question: str, otherwise: str) -> None:
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise SeraiError(Code.REFUSED, f"{otherwise}: there is no terminal to ask on", hint="-y does not ask")
    if not click.confirm(question, default=False):
        raise SeraiError(Code.REFUSED, f"{otherwise}, as you wished")
