"""The agent by QEMU's socket: leftovers of an earlier talk, silence, refusals, and a shell line."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import msgspec
import pytest

from serai.guest.agent import Refused
from serai.providers.qemu import agent
from serai.providers.qemu.agent import FLUSH, Talk, turn
from serai.util.errors import Code, SeraiError


def test_what_it_cannot_do_is_told_with_its_words(guest_agent: Path) -> None:
    with turn(guest_agent) as call, pytest.raises(Refused, match=r"refuses guest-file-open: .*No such file"):
        call("guest-file-open", path="/nowhere/at/all", mode="r")


def test_answers_to_somebody_who_left_are_not_ours() -> None:
    ours, theirs = socket.socketpair()

    def answer() -> None:
        wanted = msgspec.json.decode(theirs.recv(4096).removeprefix(FLUSH))
        left = b'{"return": {"pid": 7}}\n{"return": 1}\n{"ret'
        theirs.sendall(left + b"\n" + FLUSH + msgspec.json.encode({"return": wanted["arguments"]["id"]}) + b"\n")

    with ours, theirs:
        thread = threading.Thread(target=answer)
        thread.start()
        talk = Talk(ours)
        talk.sync()
        thread.join()
        theirs.sendall(b'{"return": {}}\n')
        assert talk.ask("guest-ping") == {}


def test_one_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "SYNC_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(SeraiError, match="the guest's agent does not answer") as caught:
        Talk(ours).sync()
    assert caught.value.code is Code.NETWORK


def test_one_that_talks_of_other_things_is_not_heard_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "SYNC_SECONDS", 0.05)
    monkeypatch.setattr(Talk, "_line", lambda _talk, _end: b'{"return": 1}')
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(SeraiError, match="the guest's agent does not answer"):
        Talk(ours).sync()


def test_an_answer_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "LONGEST", 1000)
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(SeraiError, match="does not end its answer"):
        theirs.sendall(b"x" * 2000)
        Talk(ours).ask("guest-ping")


@pytest.mark.parametrize("said", [b"7", b"{", b"{}", b'{"error": 7}', b"\xff", b"[" * 5000])
def test_an_answer_that_is_none_is_told(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(SeraiError, match="nonsense to guest-ping") as caught:
        theirs.sendall(said + b"\n")
        Talk(ours).ask("guest-ping")
    assert caught.value.code is Code.NETWORK


def test_a_qemu_that_ends_is_told() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(SeraiError, match="QEMU has ended"):
        Talk(ours).sync()
