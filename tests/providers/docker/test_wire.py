"""HTTP to a socket, without a library."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.providers.docker import wire
from serai.providers.docker.connect import Engine
from serai.util.errors import SeraiError


class Server:
    """Answers each connection with the same bytes, and keeps what was asked."""

    def __init__(self, path: str, answer: bytes) -> None:
        self.asked: list[bytes] = []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        self.listening.listen()
        threading.Thread(target=self.serve, args=(answer,), daemon=True).start()

    def serve(self, answer: bytes) -> None:
        connection, _ = self.listening.accept()
        with connection:
            self.asked.append(connection.recv(65536))
            connection.sendall(answer)


@pytest.fixture
def place(home: Path) -> Iterator[Engine]:
    path = home / "engine.sock"
    yield Engine(f"unix://{path}", "test")
    path.unlink()


def test_an_answer_is_what_comes_until_the_end(place: Engine) -> None:
    server = Server(place.socket, b'HTTP/1.0 200 OK\r\nA: b\r\n\r\n{"a": [1]}')

    answer = wire.request(place, "GET", "/x", query={"filters": '{"a":"b c"}'})

    assert (answer.status, answer.json()) == (200, {"a": [1]})
    assert server.asked[0].startswith(b"GET /x?filters=%7B%22a%22%3A%22b%20c%22%7D HTTP/1.0\r\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'HTTP/1.0 404 No\r\n\r\n{"message": "no such container"}', "no such container"),
        (b"HTTP/1.0 500 No\r\n\r\nodd", "odd"),
        (b"HTTP/1.0 500 No\r\n\r\n", "status 500"),
    ],
)
def test_what_an_engine_says_of_a_failure(place: Engine, answer: bytes, said: str) -> None:
    Server(place.socket, answer)

    assert wire.request(place, "POST", "/x", {"a": 1}).message() == said


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_what_is_no_engine_is_said(place: Engine, answer: bytes) -> None:
    Server(place.socket, answer)

    with pytest.raises(SeraiError, match="engine"):
        wire.request(place, "GET", "/x")


def test_an_upgraded_connection_is_a_stream(place: Engine) -> None:
    Server(place.socket, b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nfirst")
    with wire.connected(place) as connection:
        assert wire.upgraded(connection, "/exec/x/start", {"Tty": False}) in (b"first", b"")


def test_a_refused_upgrade_says_why(place: Engine) -> None:
    Server(place.socket, b'HTTP/1.1 409 Conflict\r\n\r\n{"message": "container is paused"}\n')
    with wire.connected(place) as connection, pytest.raises(SeraiError, match="container is paused"):
        wire.upgraded(connection, "/exec/x/start", {})
