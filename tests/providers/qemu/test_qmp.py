"""The QMP client, against a peer that replays what QEMU sends."""

from __future__ import annotations

import socket

import pytest

from serai.providers.qemu.qmp import Gone, Qmp, QmpError
from serai.util.errors import Code, SeraiError


@pytest.fixture
def pair() -> tuple[Qmp, socket.socket]:
    ours, theirs = socket.socketpair()
    return Qmp(ours, who="web", token="t"), theirs


def test_events_between_are_kept(pair: tuple[Qmp, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(b'{"event":"RESUME"}\n{"return":{"status":"running"},"id":"t-1"}\n')
    assert client.execute("query-status") == {"status": "running"}
    event = client.wait_event("RESUME", timeout=1)
    assert event and event["event"] == "RESUME"


def test_answers_that_a_killed_client_has_left_are_not_taken(pair: tuple[Qmp, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(b'{"return":{},"id":"gone-7"}\n{"return":{}}\n{"error":{"class":"X","desc":"y"},"id":"gone-8"}\n')
    peer.sendall(b'{"return":{"status":"paused"},"id":"t-1"}\n')
    assert client.execute("query-status") == {"status": "paused"}


def test_a_refusal_carries_qemu_s_words(pair: tuple[Qmp, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(b'{"error":{"class":"GenericError","desc":"no such thing"}}\n')
    with pytest.raises(QmpError, match="no such thing"):
        client.execute("device_add")


def test_silence_is_a_timeout_and_the_end_is_told(pair: tuple[Qmp, socket.socket]) -> None:
    client, peer = pair
    with pytest.raises(SeraiError) as caught:
        client.execute("query-status", timeout=0.01)
    assert caught.value.code is Code.TIMEOUT
    peer.close()
    with pytest.raises(Gone):
        client.execute("query-status")
