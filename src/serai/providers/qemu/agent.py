"""The guest agent of a machine, by QEMU's socket: a turn at it, and commands that need no network.

`python -m serai.providers.qemu.agent DIRECTORY USER WORDS…` runs words in the guest. QEMU takes one connection at
a time; what an earlier one has left unread is not ours. Source: QEMU, docs/interop/qemu-ga; guest-sync-delimited.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from serai.guest.agent import Call, Refused
from serai.guest.agent_program import serve
from serai.providers.qemu.qmp import connect_unix, readable
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock

SOCKET = "agent.sock"
SYNC_SECONDS = 10.0
"""Until an agent that runs has answered, in a guest that is emulated and busy."""
ANSWER_SECONDS = 60.0
LONGEST = 4 << 20
"""Bytes of an answer: the longest that is asked for has 64 KiB of a file in base64."""
FLUSH = b"\xff"
"""Ends whatever the agent was reading, and comes before its answer."""


@contextmanager
def turn(directory: Path) -> Iterator[Call]:
    """The agent for us alone. Raises Code.NETWORK when it does not answer."""
    with lock(directory / "agent.lock", what="the guest's agent", note=f"pid {os.getpid()}"):
        try:
            link = connect_unix(directory / SOCKET)
        except OSError as error:
            raise SeraiError(Code.NETWORK, f"QEMU has no port for a guest agent: {error.strerror}") from error
        with link:
            talk = Talk(link)
            talk.sync()
            yield talk.ask


class Talk:
    """One connection."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.buffer = b""

    def sync(self) -> None:
        """Until what it says is meant for us."""
        mark = int.from_bytes(os.urandom(4), "big")
        wanted = {"execute": "guest-sync-delimited", "arguments": {"id": mark}}
        self._send(FLUSH + msgspec.json.encode(wanted))
        end = time.monotonic() + SYNC_SECONDS
        while time.monotonic() < end:  # what is left of an earlier answer comes first
            if _decoded(self._line(end).rpartition(FLUSH)[2]).get("return") == mark:
                return
        raise _silent()

    def ask(self, name: str, **arguments: Any) -> Any:
        """One command. Raises Refused with the agent's words."""
        words: dict[str, Any] = {"execute": name}
        if arguments:
            words["arguments"] = arguments
        self._send(msgspec.json.encode(words))
        answer = _decoded(self._line(time.monotonic() + ANSWER_SECONDS))
        if isinstance(error := answer.get("error"), dict):
            raise Refused(Code.FAILED, f"the guest's agent refuses {name}: {error.get('desc', '')}")
        if "return" not in answer:
            raise SeraiError(Code.NETWORK, f"the guest's agent answers nonsense to {name}")
        return answer["return"]

    def _send(self, data: bytes) -> None:
        try:
            self.link.settimeout(ANSWER_SECONDS)
            self.link.sendall(data + b"\n")
        except TimeoutError as error:
            raise _silent() from error
        except OSError as error:
            raise SeraiError(Code.NETWORK, "QEMU has ended") from error

    def _line(self, end: float) -> bytes:
        while b"\n" not in self.buffer:
            if not readable(self.link, end - time.monotonic()):
                raise _silent()
            try:
                chunk = self.link.recv(1 << 18)
            except OSError:
                chunk = b""
            if not chunk:
                raise SeraiError(Code.NETWORK, "QEMU has ended")
            self.buffer += chunk
            if len(self.buffer) > LONGEST:
                raise SeraiError(Code.NETWORK, "the guest's agent does not end its answer")
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line


def _decoded(line: bytes) -> dict[str, Any]:
    """Empty for what is no object."""
    try:
        answer = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _silent() -> SeraiError:
    return SeraiError(Code.NETWORK, "the guest's agent does not answer")


def main(words: list[str]) -> int:
    """The exit code of the command, or BROKEN with the cause on stderr."""
    directory, user, *rest = words
    return serve(lambda: turn(Path(directory)), user, rest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
