"""A guest at the other end of the port: what it says, how long it is waited for, and when it says nothing."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serai.guest import identity
from serai.providers.qemu import telling
from serai.providers.qemu.telling import Telling
from serai.util.errors import SeraiError
from serai.util.process import Result


class Port:
    """QEMU's socket, and a guest behind it that answers `go` with what it is given."""

    def __init__(self, directory: Path, answer: str) -> None:
        self.heard = b""
        self.directory = directory
        here = Path.cwd()
        os.chdir(directory)
        try:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(telling.SOCKET)
        finally:
            os.chdir(here)
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, args=(answer,), daemon=True)
        self.thread.start()

    def _serve(self, answer: str) -> None:
        link, _ = self.listener.accept()
        with link:
            while not self.heard.endswith(b"go\n") and (data := link.recv(4096)):
                self.heard += data
            with suppress(BrokenPipeError):  # one that was not waited for
                link.sendall(answer.encode())


@pytest.fixture
def told(tmp_path: Path) -> Iterator[list[Port]]:
    made: list[Port] = []
    yield made
    telling.forget(tmp_path)
    for port in made:
        port.listener.close()
        port.thread.join(10)


def tell(directory: Path, told: list[Port], answer: str) -> Telling:
    told.append(Port(directory, answer))
    one = Telling(directory, "web")
    one.connect()
    one.send("name=web\n")
    return one


def test_a_guest_that_was_told_says_how_far_it_is(tmp_path, told):
    one = tell(tmp_path, told, "arrived\nended 0\n")

    assert telling.told(tmp_path) is one
    assert one.arrived()
    assert one.settled()
    assert told[0].heard == b"name=web\ngo\n"
    telling.forget(tmp_path)
    assert telling.told(tmp_path) is None


@pytest.mark.parametrize("answer", ["date: invalid\nended 1\n", "date: invalid\nended\n"])
def test_a_guest_that_fails_is_quoted(tmp_path, told, answer):
    one = tell(tmp_path, told, answer)

    with pytest.raises(SeraiError, match="web: the guest did not become itself: date: invalid"):
        one.arrived()


def test_a_guest_that_goes_away_was_not_told(tmp_path, told):
    one = tell(tmp_path, told, "arrived\n")

    assert one.arrived()
    assert not one.settled()


def test_a_guest_that_says_nothing_is_not_waited_for_for_ever(tmp_path, told, monkeypatch):
    monkeypatch.setattr(telling, "BUDGET", 0.05)
    told.append(Port(tmp_path, ""))
    one = Telling(tmp_path, "web")
    one.connect()

    assert not one.arrived()
    one.close()


class Way:
    """A guest that is ready."""

    def __init__(self, said: str, code: int = 0) -> None:
        self.said, self.code, self.input = said, code, b""

    def run(self, command: str, *, input: bytes = b"", **more: object) -> Result:
        self.input = input
        return Result(["sh"], self.code, self.said, "")


def waiting(directory: Path, way: Way) -> tuple[str, ...]:
    with telling.waiting(directory, way, anew=True) as kinds:  # type: ignore[arg-type]
        return kinds


def test_a_guest_that_is_ready_waits_and_tells_its_kinds_of_keys(tmp_path, monkeypatch):
    way = Way("keys rsa\nkeys ed25519\n")
    monkeypatch.setattr(telling, "Line", lambda directory: Waits("waiting"))

    assert waiting(tmp_path, way) == ("rsa", "ed25519")
    assert telling.PORT.encode() in way.input


class Waits:
    def __init__(self, word: str) -> None:
        self.word = word

    def until(self, words: tuple[str, ...], budget: float) -> list[str] | None:
        return [self.word] if self.word in words else None

    def say(self, text: str) -> None:
        assert text == identity.listening(anew=True)

    def close(self) -> None:
        self.word = ""


@pytest.mark.parametrize(
    ("way", "word"),
    [
        (Way("", 1), "waiting"),  # another program has the port
        (Way("keys of-tomorrow\n"), "waiting"),
        (Way("keys rsa\n"), "silence"),
    ],
)
def test_a_guest_that_cannot_wait_is_told_by_another_way(tmp_path, monkeypatch, way, word):
    monkeypatch.setattr(telling, "Line", lambda directory: Waits(word))

    assert waiting(tmp_path, way) == ()


def test_a_machine_without_the_port_is_told_by_another_way(tmp_path):
    assert waiting(tmp_path, Way("keys rsa\n")) == ()


def test_what_waits_is_a_script_that_a_shell_reads(need):
    need("dash")
    import subprocess

    texts = [identity.waiting("a.port"), identity.listening(anew=True), identity.script("name=web\n")]
    for text in (*texts, identity.own_keys(_machine())):
        subprocess.run(["dash", "-n"], input=text, text=True, check=True)


def _machine():
    from serai.spec.machine import Machine

    return Machine(name="web")
