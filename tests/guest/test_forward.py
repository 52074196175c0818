"""Ports that lead into a guest by ssh, with a real sshd in the guest's place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from real_sshd import free_port
from serai.guest import forward
from serai.guest.forward import close_forwards, control_of, is_open, open_forwards, rule
from serai.guest.stream import Output, stream
from serai.providers.contract import Forward
from serai.util.errors import Code, SeraiError


def test_a_rule_leads_to_the_guests_own_address() -> None:
    assert rule(Forward(guest=80, host=8080), "192.168.122.5", "web") == "127.0.0.1:8080:192.168.122.5:80"
    other = Forward(guest=80, host=8080, host_ip="::1", guest_ip="fd00::5")
    assert rule(other, "192.168.122.5", "web") == "[::1]:8080:[fd00::5]:80"


def test_udp_is_refused_with_the_way_out() -> None:
    with pytest.raises(SeraiError, match="SSH carries TCP alone") as caught:
        rule(Forward(guest=53, host=5353, protocol="udp"), "192.168.122.5", "web")
    assert caught.value.code is Code.UNSUPPORTED
    assert "uplink: user" in caught.value.hint


def test_each_machine_has_a_socket_of_its_own(tmp_path: Path) -> None:
    assert control_of(tmp_path, "web") == control_of(tmp_path, "web")
    assert control_of(tmp_path, "web") != control_of(tmp_path, "db")


@pytest.fixture
def service() -> Iterator[int]:
    """A port in the guest that says hello."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                with visitor:
                    visitor.sendall(b"hello")

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        return link.recv(100)


def test_the_way_through_another_host_is_not_waited_for_until_the_budget_is_over(
    sshd: Any, service: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def noted(*args: Any, **how: Any) -> Output:
        seen.append(stream(*args, **how))
        return seen[-1]

    control, port = control_of(tmp_path, "web"), free_port()
    far = sshd.endpoint()
    proxy = f"ssh -F none -i {sshd.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    words = f"{proxy} -o LogLevel=ERROR -p {sshd.port} -W '[%h]:%p' 127.0.0.1"
    monkeypatch.setattr(forward, "stream", noted)
    try:
        open_forwards(
            structs.replace(far, options={**far.options, "ProxyCommand": words}),
            "web",
            [Forward(guest=service, host=port)],
            control,
        )
        assert ask(port) == b"hello" and is_open(control)
        assert seen and not any(output.timed_out for output in seen)
    finally:
        close_forwards(control)
    assert not is_open(control)


def test_ports_stay_open_after_the_command_and_end_when_told(
    sshd: Any, service: int, home: Path, tmp_path: Path
) -> None:
    control = control_of(tmp_path, "web")
    forwards = [Forward(guest=service, host=free_port()), Forward(guest=service, host=free_port())]
    try:
        open_forwards(sshd.endpoint(), "web", forwards, control)
        assert is_open(control)
        assert [ask(forward.host) for forward in forwards] == [b"hello", b"hello"]
        open_forwards(sshd.endpoint(), "web", forwards[:1], control)
        assert ask(forwards[0].host) == b"hello"
        with pytest.raises(ConnectionRefusedError):
            ask(forwards[1].host)
    finally:
        close_forwards(control)
    assert not is_open(control)
    assert not control.exists()
    close_forwards(control)


def test_a_taken_port_is_named_and_nothing_stays(sshd: Any, service: int, home: Path, tmp_path: Path) -> None:
    control = control_of(tmp_path, "web")
    with pytest.raises(SeraiError, match="web: its ports cannot be forwarded") as caught:
        open_forwards(sshd.endpoint(), "web", [Forward(guest=service, host=service)], control)
    assert caught.value.code is Code.BUSY
    assert not is_open(control)


def test_a_guest_that_is_not_there_is_told(sshd: Any, home: Path, tmp_path: Path) -> None:
    sshd.stop()
    with pytest.raises(SeraiError) as caught:
        open_forwards(sshd.endpoint(), "web", [Forward(guest=80, host=free_port())], control_of(tmp_path, "web"))
    assert caught.value.code is Code.NETWORK
