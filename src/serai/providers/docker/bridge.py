"""A program that runs words in a container, or attaches to it, with its own stdin, stdout and exit code.

`python -m serai.providers.docker.bridge exec PROVIDER CONTAINER USER WORDS…`: what `docker exec` does, spoken to
the engine itself, so that neither the docker CLI nor the SDK is needed. Source: moby, api/swagger.yaml, exec.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serai.providers.docker import wire
from serai.providers.docker.connect import Engine, engine, silent
from serai.util.errors import Code, SeraiError

DETACH = b"\x1d"
"""Ctrl-], as of a serial console."""
BROKEN = 255
"""Exit code of a way in that failed, as ssh's."""
HEAD = 8
"""Bytes before each piece of a stream without a terminal: which stream, and how long."""
PIECE = 65536
STDIN, STDOUT, STDERR = 0, 1, 2


def main(words: list[str]) -> int:
    """The exit code of the command, or BROKEN with the cause on stderr."""
    verb, provider, container, *rest = words
    try:
        at = engine(provider)
        if verb == "exec":
            return Exec(at, container).run(rest[0], rest[1:])
        return attach(at, container)
    except OSError as error:
        _say(str(silent(at, provider, error)))
    except SeraiError as error:
        _say(str(error))
    return BROKEN


def _say(text: str) -> None:
    os.write(STDERR, f"serai: {text}\n".encode())


class Exec:
    """One command in a container."""

    def __init__(self, at: Engine, container: str) -> None:
        self.at = at
        self.container = container

    def run(self, user: str, words: list[str]) -> int:
        tty = os.isatty(STDIN) and os.isatty(STDOUT)
        made = self.ask("POST", f"/containers/{self.container}/exec", _command(user, words, tty=tty))
        self.ident = str(made["Id"])
        with self.started(tty) as (stream, first):
            if tty:
                with terminal(self.resize):
                    pump(stream, first, framed=False)
            else:
                pump(stream, first, framed=True)
        code = self.ask("GET", f"/exec/{self.ident}/json").get("ExitCode")
        return BROKEN if code is None else int(code)

    def ask(self, method: str, target: str, data: Any = None) -> Any:
        """The engine's answer as data. Raises SeraiError with its words."""
        return ask(self.at, method, target, data)

    @contextmanager
    def started(self, tty: bool) -> Iterator[tuple[socket.socket, bytes]]:
        with wire.connected(self.at) as stream:
            first = wire.upgraded(stream, f"/exec/{self.ident}/start", {"Detach": False, "Tty": tty})
            yield stream, first

    def resize(self) -> None:
        size = os.get_terminal_size(STDOUT)
        self.ask("POST", f"/exec/{self.ident}/resize?h={size.lines}&w={size.columns}")


def _command(user: str, words: list[str], *, tty: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": tty,
        "Cmd": words,
        "User": user,
    }
    if tty and (term := os.environ.get("TERM")):
        found["Env"] = [f"TERM={term}"]
    return found


def ask(at: Engine, method: str, target: str, data: Any = None) -> Any:
    """The engine's answer as data. Raises Code.FAILED with its words."""
    found = wire.request(at, method, target, data)
    if found.status >= 400:
        raise SeraiError(Code.FAILED, found.message())
    return found.json() if found.body.strip() else {}


def attach(at: Engine, container: str) -> int:
    """To its process as it runs; Ctrl-] goes, and it goes on."""
    seen = ask(at, "GET", f"/containers/{container}/json")
    tty = bool(seen["Config"]["Tty"])
    target = f"/containers/{container}/attach?stream=1&stdin=1&stdout=1&stderr=1"

    def resize() -> None:
        size = os.get_terminal_size(STDOUT)
        ask(at, "POST", f"/containers/{container}/resize?h={size.lines}&w={size.columns}")

    with wire.connected(at) as stream:
        first = wire.upgraded(stream, target, None)
        if os.isatty(STDIN):
            with terminal(resize if tty else None):
                pump(stream, first, framed=not tty, detach=True)
        else:
            pump(stream, first, framed=not tty)
    return 0


@contextmanager
def terminal(resize: Any) -> Iterator[None]:
    """Keys go as they are pressed; the size goes along when it changes."""
    import termios
    import tty

    kept = termios.tcgetattr(STDIN)

    def changed(*_: object) -> None:
        try:
            resize()
        except (OSError, SeraiError):
            return  # the command has ended meanwhile

    tty.setraw(STDIN, termios.TCSADRAIN)  # what was typed already is not lost
    if resize is not None:
        signal.signal(signal.SIGWINCH, changed)
        changed()
    try:
        yield
    finally:
        termios.tcsetattr(STDIN, termios.TCSADRAIN, kept)


def pump(stream: socket.socket, first: bytes, *, framed: bool, detach: bool = False) -> None:
    """Both ways until the other side ends; the end of our input is told to it.

    Neither waits for the other: a command that answers while it is told more would hold both up.
    """
    stream.settimeout(None)
    out = Frames() if framed else Raw()
    out.take(first)
    reading: list[Any] = [stream, STDIN]
    pending, ended = bytearray(), False
    while True:
        wanted = reading if len(pending) < PIECE else [stream]
        ready, writable, _ = select.select(wanted, [stream] if pending else (), ())
        if stream in ready:
            data = stream.recv(PIECE)
            if not data:
                return
            out.take(data)
        if STDIN in ready:
            data = os.read(STDIN, PIECE)
            if detach and DETACH in data:
                return
            pending += data
            if not data:
                reading.remove(STDIN)
                ended = True
        if writable:
            del pending[: stream.send(pending, socket.MSG_DONTWAIT)]
        if ended and not pending:
            stream.shutdown(socket.SHUT_WR)
            ended = False


class Raw:
    """A stream with a terminal: all of it is output."""

    def take(self, data: bytes) -> None:
        _write(STDOUT, data)


class Frames:
    """A stream without one: pieces, each with the number of its stream and its length in front."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def take(self, data: bytes) -> None:
        self._kept += data
        while len(self._kept) >= HEAD:
            length = int.from_bytes(self._kept[4:HEAD], "big")
            if len(self._kept) < HEAD + length:
                return
            _write(STDERR if self._kept[0] == STDERR else STDOUT, bytes(self._kept[HEAD : HEAD + length]))
            del self._kept[: HEAD + length]


def _write(to: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(to, view) :]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
