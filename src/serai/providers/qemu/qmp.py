"""A small synchronous QMP client: one socket, one command at a time, events kept in a queue.

Source: QEMU docs/interop/qmp-spec.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from serai.util.errors import Code, SeraiError


class Gone(SeraiError):
    """QEMU closed the connection: it ended."""


class QmpError(SeraiError):
    """QEMU refused a command; `kind` is its error class."""

    def __init__(self, command: str, kind: str, text: str) -> None:
        super().__init__(Code.FAILED, f"QEMU refused {command}: {text}")
        self.kind = kind
        self.text = text


def connect_unix(path: Path) -> socket.socket:
    """Connect to a socket whatever its path's length: AF_UNIX names end at 107 bytes, so go by the directory."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.connect(f"/proc/self/fd/{directory}/{path.name}")
    except BaseException:
        link.close()
        raise
    finally:
        os.close(directory)
    return link


class Qmp:
    """A connection to QEMU's monitor. Close it, or use it in a `with`: QEMU serves one client at a time.

    Requests carry ids of their own: a client that was killed leaves answers behind, which the next one is sent.
    """

    def __init__(self, link: socket.socket, *, who: str, token: str = "") -> None:
        self._link = link
        self._who = who
        self._token = token or os.urandom(4).hex()
        self._asked = 0
        self._buffer = b""
        self.events: deque[dict[str, Any]] = deque()

    @classmethod
    def open(cls, path: Path, *, who: str, timeout: float = 10.0) -> Qmp:
        """Connect, read the greeting, negotiate. Raises Gone when nobody listens, Code.TIMEOUT."""
        try:
            link = connect_unix(path)
        except OSError as error:
            raise Gone(Code.FAILED, f"{who}: QEMU does not answer at {path.name}: {error.strerror}") from error
        client = cls(link, who=who)
        try:
            client.negotiate(timeout)
        except BaseException:
            client.close()
            raise
        return client

    def negotiate(self, timeout: float) -> None:
        """Wait for the greeting and leave the negotiation mode."""
        end = time.monotonic() + timeout
        while "QMP" not in self._read(end, "the greeting"):
            pass
        self.execute("qmp_capabilities", timeout=max(1.0, end - time.monotonic()))

    def execute(self, command: str, arguments: dict[str, Any] | None = None, *, timeout: float = 30.0) -> Any:
        """Run one command and give what it returns. Raises QmpError, Gone, Code.TIMEOUT."""
        request: dict[str, Any] = {"execute": command, "id": self._next()}
        if arguments:
            request["arguments"] = arguments
        self._send(msgspec.json.encode(request) + b"\n")
        return self._answer(command, timeout)

    def hmp(self, line: str) -> str:
        """A command of the human monitor, for the few things that QMP has no command for; gives its output."""
        text = self.execute("human-monitor-command", {"command-line": line})
        return str(text).strip()

    def pass_file(self, name: str, handle: int) -> None:
        """Give QEMU an open file by the name `name` (SCM_RIGHTS with `getfd`)."""
        request = msgspec.json.encode({"execute": "getfd", "id": self._next(), "arguments": {"fdname": name}})
        socket.send_fds(self._link, [request], [handle])
        self._answer("getfd", 10.0)

    def wait_event(self, *names: str, timeout: float) -> dict[str, Any] | None:
        """The next of these events, or None after `timeout` seconds. Events are consumed. Raises Gone."""
        end = time.monotonic() + timeout
        while True:
            while self.events:
                event = self.events.popleft()
                if event["event"] in names:
                    return event
            try:
                message = self._read(end, "an event")
            except SeraiError as error:
                if error.code is Code.TIMEOUT:
                    return None
                raise
            if "event" in message:
                self.events.append(message)

    def close(self) -> None:
        self._link.close()

    def __enter__(self) -> Qmp:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self) -> str:
        self._asked += 1
        return f"{self._token}-{self._asked}"

    def _answer(self, command: str, timeout: float) -> Any:
        """What is for this request. QEMU sends an error without an id for what it could not read."""
        end, wanted = time.monotonic() + timeout, f"{self._token}-{self._asked}"
        while True:
            message = self._read(end, f"the answer to {command}")
            if "return" in message and message.get("id") == wanted:
                return message["return"]
            if "error" in message and message.get("id", wanted) == wanted:
                raise QmpError(command, message["error"]["class"], message["error"]["desc"])
            if "event" in message:
                self.events.append(message)

    def _send(self, data: bytes) -> None:
        try:
            self._link.sendall(data)
        except OSError as error:
            raise Gone(Code.FAILED, f"{self._who}: QEMU has ended") from error

    def _read(self, end: float, what: str) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            if not readable(self._link, end - time.monotonic()):
                raise SeraiError(Code.TIMEOUT, f"{self._who}: QEMU did not send {what} in time")
            try:
                chunk = self._link.recv(1 << 18)
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise Gone(Code.FAILED, f"{self._who}: QEMU has ended")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = msgspec.json.decode(line)
        return message


def readable(handle: socket.socket | int, seconds: float) -> bool:
    """Wait until something can be read (a pidfd: the process has ended), at most `seconds`."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))
