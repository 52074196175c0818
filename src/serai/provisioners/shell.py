"""The shell provisioner: a script in the guest (VAG-10)."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from shlex import quote

from serai.guest.transport import OnLine, Transport
from serai.spec.machine import Machine
from serai.spec.provision import Shell
from serai.util.errors import Code, SeraiError

TAIL = 15
"""Lines of output that an error shows."""
NO_ROOT = "serai: this block needs root, and the guest has neither sudo nor doas"
OWN_FILE = (
    'f=$(mktemp "${TMPDIR:-/tmp}/serai-XXXXXX") || exit 1\n'
    "trap 'rm -f \"$f\"' EXIT; trap 'exit 129' HUP; trap 'exit 143' TERM\n"
)
LOCKED = ("a password is required", "Authentication required", "a terminal is required")
"""What sudo and doas say when they would ask."""


def inputs(block: Shell, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return ([block.path] if block.path and not is_url(block.path) else []), machine.env


def run(block: Shell, *, key: str, machine: Machine, transport: Transport, root: Path, out: OnLine) -> None:
    """See provisioners.run. A sensitive block shows nothing of its output."""
    text = script(block, key, machine, root)
    last: deque[str] = deque(maxlen=TAIL)

    def listen(line: str) -> None:
        last.append(line)
        if not block.sensitive:
            out(line)

    mark = os.urandom(8).hex()
    program = upload({**machine.env, **block.env}, text, block.args, mark=mark, place=block.upload_path)
    result = transport.run(
        become(privileged=block.privileged), input=program.encode(), on_line=listen, check=False
    )
    if result.ok:
        return
    raise _failure(result.code, list(last), block, key, machine)


def script(block: Shell, key: str, machine: Machine, root: Path) -> str:
    """The script's text; raises Code.INPUT when its file is not there or is no text."""
    if block.path is None:
        return block.inline or ""
    path = fetched(block) if is_url(block.path) else root / Path(block.path).expanduser()
    try:
        if block.checksum and not is_url(block.path):
            verify(path, block.checksum)
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SeraiError(
            Code.INPUT, f"{machine.name}: provision {key}: the script {path} cannot be read: {reason}"
        ) from error
    if block.binary:
        return text
    return text.replace("\r\n", "\n")  # saved on Windows: the guest would look for the interpreter `sh\r`


def is_url(path: str) -> bool:
    """Whether the host has to fetch it."""
    return "://" in path


def fetched(block: Shell) -> Path:
    """The script behind a URL, fetched anew and verified; http: needs a checksum. Raises Code.NETWORK."""
    from serai.images.download import fetch
    from serai.images.store import Store

    return fetch(str(block.path), Store().downloads(), checksum=block.checksum, progress=lambda phrase: None)


def verify(path: Path, checksum: str) -> None:
    """Raise Code.CORRUPT where the file is another than the one that was meant."""
    from hashlib import new

    kind, _, wanted = checksum.partition(":")
    if new(kind, path.read_bytes()).hexdigest() != wanted:
        raise SeraiError(Code.CORRUPT, f"the script {path} is not what its checksum says", hint="mend one of them")


def interpreter(text: str) -> str:
    """The words before the script's path: those of its `#!` line, else `sh`. The kernel takes one argument."""
    first = text.partition("\n")[0]
    if not first.startswith("#!") or not first[2:].strip():
        return "sh"
    return " ".join(quote(word) for word in first[2:].strip().split(None, 1))


def upload(env: dict[str, str], text: str, args: list[str], *, mark: str, place: str | None = None) -> str:
    """A program for `sh -s`: sets the environment, writes the script to a file of its own, runs it, removes it.

    Everything goes by stdin, so that nothing of it can be seen in the guest's list of processes, and so that
    sudo takes nothing out of the environment. At `place`, where one is stated, the script stays. `mark` is a word
    that the script does not contain.
    """
    exports = "".join(f"export {name}={quote(value)}\n" for name, value in env.items())
    words = " ".join(quote(arg) for arg in args)
    body = text if text.endswith("\n") else f"{text}\n"
    kept = f"f={quote(place)}\n" if place else ""
    return (
        f"{exports}umask 077\n"
        f"{kept or OWN_FILE}"
        f"cat >\"$f\" <<'{mark}'\n{body}{mark}\n"
        'chmod 700 "$f"; umask 022\n'
        f'{interpreter(text)} "$f" {words} </dev/null\n'
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


def _failure(code: int, last: list[str], block: Shell, key: str, machine: Machine) -> SeraiError:
    name = machine.name
    again = f"serai provision {name} --provision-with {key}"
    said = " ".join(last)
    if block.privileged and NO_ROOT in said:
        cause, hint = NO_ROOT.removeprefix("serai: "), "`privileged: false`, or install sudo in the image"
    elif block.privileged and any(word in said for word in LOCKED):
        cause = "sudo in the guest asks for a password"
        hint = "`privileged: false`, or let the login use sudo without one"
    else:
        cause, hint = f"its script ended with exit code {code}", f"mend it, then {again}"
    details = ["(sensitive: its output is not shown)"] if block.sensitive else last
    return SeraiError(Code.FAILED, f"{name}: provision {key}: {cause}", hint=hint, details=details)
