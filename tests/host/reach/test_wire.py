"""Bytes to and from a program: each wait has its budget, each end its reason."""

from __future__ import annotations

import pytest

from serai.host.reach.wire import Lost, Wire
from serai.util.errors import SeraiError


def test_what_is_sent_comes_back_in_pieces_as_asked_for():
    wire = Wire(["cat"])
    wire.send(b"one two\nrest", 5)

    assert wire.take(3, 5) == b"one"
    assert wire.until(b"\n", 100, 5) == b" two"
    assert wire.take(4, 5) == b"rest"
    wire.close()


def test_more_than_a_pipe_holds_is_sent_while_it_is_read():
    data = bytes(300_000)
    wire = Wire(["sh", "-c", "head -c 300000 >/dev/null; echo all"])
    wire.send(data, 10)

    assert wire.until(b"\n", 100, 10) == b"all"
    wire.close()


@pytest.mark.parametrize(
    ("script", "why", "said"),
    [
        ("exec sleep 30", "no answer within 0.2 s", ""),
        ("echo gone >&2; exit 1", "the connection was lost", "gone\n"),
        ("yes x", "it says more than 1000 bytes", ""),
    ],
)
@pytest.mark.timeout(20)
def test_each_end_has_its_reason(script, why, said, monkeypatch):
    monkeypatch.setattr("serai.host.reach.wire.ENDS", 0.2)
    wire = Wire(["sh", "-c", script])
    with pytest.raises(Lost) as lost:
        wire.until(b"never", 1000, 0.2 if "sleep" in script else 10)

    assert (lost.value.why, lost.value.said) == (why, said)
    assert not wire.alive


def test_a_program_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr("serai.host.reach.wire.ENDS", 0.2)
    wire = Wire(["sleep", "30"])
    with pytest.raises(Lost, match="it takes nothing"):
        wire.send(bytes(1 << 20), 0.2)


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(SeraiError, match="no-such-program is not installed"):
        Wire(["no-such-program"])
