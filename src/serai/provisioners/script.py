"""How a text becomes a program that runs in the guest: by its interpreter, as root, seen by nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

NO_ROOT = "serai: this block needs root, and the guest has neither sudo nor doas"
OWN_FILE = (
    'serai_file=$(mktemp "${TMPDIR:-/tmp}/serai-XXXXXX") || exit 1\n'
    "trap 'rm -f \"$serai_file\"' EXIT; trap 'exit 129' HUP; trap 'exit 143' TERM\n"
)
LAST = 'r=$?; [ "$r" != 0 ] || sync; exit "$r"\n'
LOCKED = ("a password is required", "Authentication required", "a terminal is required")
"""What sudo and doas say when they would ask."""


def interpreter(text: str) -> str:
    """The words before the script's path: those of its `#!` line, else `sh`. The kernel takes one argument."""
    first = text.partition("\n")[0]
    if not first.startswith("#!") or not first[2:].strip():
        return "sh"
    return " ".join(quote(word) for word in first[2:].strip().split(None, 1))


def upload(
    env: Mapping[str, str],
    text: str,
    args: Sequence[str],
    *,
    mark: str,
    place: str | None = None,
    lasting: bool = False,
) -> str:
    """A program for `sh -s`: sets the environment, writes the script to a file of its own, runs it, removes it.

    Everything goes by stdin, so that nothing of it can be seen in the guest's list of processes, and so that
    sudo takes nothing out of the environment. At `place`, where one is stated, the script stays. `mark` is a word
    that the script does not contain. With `lasting`, what a script that succeeded has done is on the guest's disk
    when it ends.
    """
    exports = "".join(f"export {name}={quote(value)}\n" for name, value in env.items())
    words = " ".join(quote(arg) for arg in args)
    body = text if text.endswith("\n") else f"{text}\n"
    kept = f"serai_file={quote(place)}\n" if place else ""
    return (
        f"{exports}umask 077\n"
        f"{kept or OWN_FILE}"
        f"cat >\"$serai_file\" <<'{mark}'\n{body}{mark}\n"
        'chmod 700 "$serai_file"; umask 022\n'
        f'{interpreter(text)} "$serai_file" {words} </dev/null\n'
        f"{LAST if lasting else ''}"
    )


def become(*, privileged: bool) -> str:
    """The command that reads the program: as the login, or as root without a password."""
    if not privileged:
        return "exec sh -s"
    return (
        'if [ "$(id -u)" = 0 ]; then exec sh -s; '
        "elif command -v sudo >/dev/null 2>&1; then exec sudo -n sh -s; "
        "elif command -v doas >/dev/null 2>&1; then exec doas -n sh -s; "
        f"else echo {quote(NO_ROOT)}; exit 126; fi"
    )


def no_root(said: str) -> tuple[str, str] | None:
    """(cause, what to do) where a program that was to run as root could not; `said` is its output."""
    if NO_ROOT in said:
        return NO_ROOT.removeprefix("serai: "), "`privileged: false`, or install sudo in the image"
    if any(word in said for word in LOCKED):
        return (
            "sudo in the guest asks for a password",
            "`privileged: false`, or let the login use sudo without one",
        )
    return None
