"""HTTP to an engine without a library: what `status` and commands in containers need, at once.

The docker SDK takes 0.12 s to import, requests and urllib3 among it. HTTP/1.0 has no chunks and ends with the
connection, so that an answer is what comes until then. Source: RFC 1945; moby, api/swagger.yaml.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.providers.docker.connect import Engine

BUDGET = 60.0
"""Seconds that an answer may take."""
MOST_HEAD = 65536


class Answer(msgspec.Struct, frozen=True):
    """An answer as it came."""

    status: int
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def message(self) -> str:
        """What the engine says of a failure."""
        try:
            found = self.json()
        except msgspec.DecodeError:
            found = None
        said = found.get("message") if isinstance(found, dict) else None
        return str(said or self.body.decode(errors="replace").strip() or f"status {self.status}")


def connected(at: Engine, budget: float | None = BUDGET) -> socket.socket:
    """A connection to the engine, by its socket where it has one here. Raises OSError."""
    if not at.socket:
        from serai.providers.docker import reach

        return reach.connected(at, budget)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(budget)
        connection.connect(at.socket)
    except OSError:
        connection.close()
        raise
    return connection


def request(
    at: Engine,
    method: str,
    target: str,
    data: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    budget: float | None = BUDGET,
) -> Answer:
    """Ask, and give the whole answer. Raises OSError when the engine does not answer."""
    received = bytearray()
    with connected(at, budget) as connection:
        try:
            connection.sendall(head(method, target, data, query=query))
            while piece := connection.recv(262144):
                received += piece
        except ConnectionError as error:
            raise unanswered(connection) from error
        if not received:
            raise unanswered(connection)
    return _parsed(bytes(received))


def lines(at: Engine, target: str, *, query: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The lines of an answer that has no end, each as it comes. Raises OSError, or what is said instead."""
    with connected(at, None) as connection:
        connection.sendall(head("GET", target, query=query))
        received, begun = bytearray(), False
        while piece := connection.recv(65536):
            received += piece
            if not begun:
                above, separator, received = received.partition(b"\r\n\r\n")
                if not separator:
                    received = above
                    continue
                if status(bytes(above)) != 200:
                    raise SeraiError(Code.FAILED, received.decode(errors="replace").strip())
                begun = True
            *whole, received = received.split(b"\n")
            yield from (bytes(line) for line in whole if line.strip())


def unanswered(connection: socket.socket) -> SeraiError:
    """Of a connection that ended before an answer came."""
    said = "the container engine closed the connection without an answer"
    return why([connection]) or SeraiError(Code.FAILED, said)


def why(connections: Sequence[socket.socket]) -> SeraiError | None:
    """What the program says by which the last of them goes, where it goes by one (ssh)."""
    ask: Callable[[], SeraiError] | None = getattr(connections[-1], "why", None) if connections else None
    return ask() if ask else None


def head(
    method: str,
    target: str,
    data: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    more: tuple[str, ...] = (),
    version: str = "1.0",
) -> bytes:
    """A request with its JSON body."""
    if query:
        target += "?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())
    body = b"" if data is None else msgspec.json.encode(data)
    lines = [f"{method} {target} HTTP/{version}", "Host: docker", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _parsed(received: bytes) -> Answer:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        raise SeraiError(Code.FAILED, "the container engine closed the connection without an answer")
    return Answer(status(head), body)


def status(head: bytes) -> int:
    """The status of an answer, by its first line."""
    words = head.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[1].isdigit():
        raise SeraiError(
            Code.FAILED, f"what answers is no container engine: {head[:60].decode(errors='replace')!r}"
        )
    return int(words[1])


def upgraded(connection: socket.socket, target: str, data: Any) -> bytes:
    """Turn the connection into a raw stream (exec, attach). Gives what came behind the head of the answer."""
    more = ("Connection: Upgrade", "Upgrade: tcp")
    connection.sendall(head("POST", target, data, more=more, version="1.1"))
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        piece = connection.recv(4096)
        if not piece or len(received) > MOST_HEAD:
            raise unanswered(connection)
        received += piece
    if status(bytes(received[:end])) not in (101, 200):
        while piece := connection.recv(4096):
            received += piece
            if received.endswith((b"}\n", b"}")):
                break
        answer = _parsed(bytes(received))
        raise SeraiError(Code.FAILED, answer.message())
    return bytes(received[end + 4 :])
