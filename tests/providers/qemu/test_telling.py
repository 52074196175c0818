"""A guest at the other end of the port: what it says, how long it is waited for, and when it says nothing."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serai.guest import identity, records, syscalls
from serai.guest.records import Direct
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
    one.send("name=web\ngo\n", lambda: "settle\n")
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


def waiting(directory: Path, way: Way, *, direct: bool = False) -> telling.Waits:
    with telling.waiting(directory, way, anew=True, direct=direct) as found:  # type: ignore[arg-type]
        return found


def test_a_guest_that_is_ready_waits_and_tells_its_kinds_of_keys(tmp_path, monkeypatch):
    way = Way("keys rsa\nkeys ed25519\n")
    monkeypatch.setattr(telling, "Line", lambda directory: Waits("waiting"))

    assert waiting(tmp_path, way) == telling.Waits(("rsa", "ed25519"))
    assert telling.PORT.encode() in way.input
    assert records.ASK.encode() not in way.input


FACTS = "keys dropbear\ndirect 4 12\nnic 52:54:00:00:00:01 eth0\nhosts ::1 localhost\n"


@pytest.mark.parametrize(
    ("answers", "taken"),
    [(["direct", "waiting"], True), (["direct"], False), (["waiting"], False)],
)
def test_a_guest_of_which_all_is_known_takes_records(tmp_path, monkeypatch, answers, taken):
    way, line = Way(FACTS), Answers(answers)
    monkeypatch.setattr(telling, "Line", lambda directory: line)
    found = waiting(tmp_path, way, direct=True)

    direct = Direct(nics={"52:54:00:00:00:01": "eth0"}, hosts="::1 localhost\n", sizes=(4, 12))
    assert found == (telling.Waits(("dropbear",), direct) if taken else telling.Waits())
    assert records.ASK.encode() in way.input
    assert line.told[0] == identity.listening(anew=True, direct=True)
    assert line.told[1:] == ([syscalls.said("waiting")] if "direct" in answers else [])


class Answers:
    """A line at whose other end these words are said, each when it is waited for."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.told = words, []

    def until(self, words: tuple[str, ...], budget: float) -> list[str] | None:
        return [words[0]] if words[0] in self.words else None

    def say(self, what: str | bytes) -> None:
        self.told.append(what)

    def close(self) -> None:
        pass


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

    assert waiting(tmp_path, way) == telling.Waits()


def test_a_machine_without_the_port_is_told_by_another_way(tmp_path):
    assert waiting(tmp_path, Way("keys rsa\n")) == telling.Waits()


def test_what_waits_is_a_script_that_a_shell_reads(need):
    need("dash")
    import subprocess

    texts = [identity.waiting("a.port"), identity.listening(anew=True), identity.script("name=web\n"), records.ASK]
    for text in (*texts, identity.own_keys(_machine())):
        subprocess.run(["dash", "-n"], input=text, text=True, check=True)


def _machine():
    from serai.spec.machine import Machine

    return Machine(name="web")
