"""LXC's own sockets are asked as its own programs ask them."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from serai.providers.lxc import command


@pytest.fixture
def monitor(tmp_path):
    """Stands in for a container's monitor: answers each question once, by LXC's form."""
    opened = []

    def listen(name: str, answers: list[int]) -> list[bytes]:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.bind(f"\0{tmp_path}/{name}/command")
        link.listen(5)
        opened.append(link)
        asked: list[bytes] = []

        def serve() -> None:
            for value in answers:
                try:
                    peer, _ = link.accept()
                except OSError:
                    return
                with peer:
                    asked.append(peer.recv(64))
                    peer.send(struct.pack("@iiP", 0, 0, value))

        threading.Thread(target=serve, daemon=True).start()
        return asked

    yield listen
    for link in opened:
        link.close()


def test_a_living_container_tells_its_state_and_its_first_process(monitor, tmp_path):
    asked = monitor("web", [6, 4711])

    assert command.states(str(tmp_path), ["web", "db"]) == {"web": "FROZEN"}
    assert command.init_pid(str(tmp_path), "web") == 4711
    assert [struct.unpack("@iiP", data)[0] for data in asked] == [3, 4]


def test_without_a_monitor_it_is_stopped(tmp_path):
    assert command.state(str(tmp_path), "web") == "STOPPED"
    assert command.init_pid(str(tmp_path), "web") == 0


def test_a_monitor_that_does_not_answer_is_not_taken_for_none(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "BUDGET", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.bind(f"\0{tmp_path}/web/command")
        link.listen(5)

        assert command.states(str(tmp_path), ["web"]) == {"web": command.UNKNOWN}
        assert command.init_pid(str(tmp_path), "web") == 0


def test_only_containers_below_that_directory_count(monitor, tmp_path):
    monitor("web", [])

    assert command.living(str(tmp_path)) == {"web"}
    assert command.living(str(tmp_path / "other")) == set()


def test_a_monitor_that_says_half_a_word_counts_as_none(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.bind(f"\0{tmp_path}/web/command")
        link.listen(1)

        def serve() -> None:
            peer, _ = link.accept()
            with peer:
                peer.recv(64)
                peer.send(b"\0\0")

        thread = threading.Thread(target=serve)
        thread.start()
        assert command.ask(str(tmp_path), "web", command.GET_STATE) is None
        thread.join()
