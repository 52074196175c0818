"""The connection that ssh is handed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.guest import tcp
from serai.guest.refusal import Cause, Refusal
from serai.guest.ssh import SshTransport
from serai.providers.contract import SshEndpoint
from serai.util.process import which

SSH = which("ssh")


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def at(port: int, host: str = "127.0.0.1", **options: str) -> SshEndpoint:
    return SshEndpoint(host=host, port=port, user="u", key=None, options=options)


def test_what_is_said_on_it_goes_out_at_once(port: int) -> None:
    link = tcp.connected(SSH, at(port), 5)
    assert isinstance(link, socket.socket)
    with link:
        assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert link.gettimeout() is None


def test_a_port_at_which_nobody_listens_is_refused(port: int) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        refused = tcp.connected(SSH, at(held.getsockname()[1]), 5)
    assert isinstance(refused, Refusal)
    assert refused.cause is Cause.REFUSED


def test_an_address_that_does_not_answer_times_out(port: int) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]  # the queue is full: what comes now is not answered
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(full.getsockname())
            refused = tcp.connected(SSH, at(full.getsockname()[1]), 0.3)
        finally:
            for each in waiting:
                each.close()
    assert isinstance(refused, Refusal)
    assert refused.cause is Cause.TIMED_OUT


@pytest.mark.parametrize("option", ["ProxyJump", "proxycommand", "BindAddress", "AddressFamily", "ConnectTimeout"])
def test_where_the_file_says_how_to_connect_ssh_does_it(port: int, option: str) -> None:
    assert tcp.connected(SSH, at(port, **{option: "x"}), 5) is None


def test_a_name_is_looked_up_by_ssh(port: int) -> None:
    assert tcp.connected(SSH, at(port, "localhost"), 5) is None


def test_an_address_of_ipv6_is_one(port: int) -> None:
    refused = tcp.connected(SSH, at(port, "::1"), 5)
    assert isinstance(refused, Refusal)  # the server above is at 127.0.0.1 alone


@pytest.mark.parametrize(
    ("version", "takes"),
    [
        ("OpenSSH_8.3p1", False),
        ("OpenSSH_8.4p1 Debian-5", True),
        ("OpenSSH_10.0p2", True),
        ("Sun_SSH_1.1.5", False),
    ],
)
def test_an_old_ssh_connects_by_itself(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, takes: bool
) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path / "home"))
    old = tmp_path / "ssh"
    old.write_text(f"#!/bin/sh\necho '{version}, OpenSSL 1.1.1w' >&2\n")
    old.chmod(0o755)
    assert tcp.takes_one(str(old)) is takes
    link = tcp.connected(str(old), at(port), 5)
    assert (link is not None) is takes
    if isinstance(link, socket.socket):
        link.close()


def test_both_ways_lead_in_and_the_connection_stays(sshd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[object] = []
    real: Callable[..., Any] = tcp.connected

    def noted(*words: Any) -> Any:
        handed.append(link := real(*words))
        return link

    monkeypatch.setattr("serai.guest.ssh.connected", noted)
    for options in ({}, {"AddressFamily": "inet"}):
        way = SshTransport(sshd.endpoint(options=options), "web")
        assert way.run("echo in").stdout == "in\n"
        assert way.alive()
        assert way.run("cat", input=bytes(range(256)) * 4096).stdout
        way.close()
    assert [isinstance(each, socket.socket) for each in handed] == [True, False]
