"""Ports are chosen, held, and given up."""

from __future__ import annotations

import socket
import subprocess

import msgspec
import pytest

from serai.providers.contract import Forward
from serai.providers.lxc import command, forwards
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic
from serai.util.errors import Code, SeraiError


def machine(host: int, **more: object) -> Machine:
    return Machine(name="web", networks=[Nic(forwarded_port=ForwardedPort(guest=80, host=host, **more))])


@pytest.fixture
def taken():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        link.listen()
        yield link.getsockname()[1]


def test_serai_comes_in_without_a_port(scope, home, containers):
    assert forwards.listen(scope, Machine(name="web"), ()) == ()


def test_a_port_that_is_taken_is_refused_or_the_next_one_taken(scope, home, containers, taken):
    with pytest.raises(SeraiError) as caught:
        forwards.listen(scope, machine(taken), ())
    assert caught.value.code is Code.BUSY
    assert f"port {taken}/tcp of 127.0.0.1 is taken by" in caught.value.message

    (found,) = forwards.listen(scope, machine(taken, auto_correct=True), ())
    assert found.host > taken


def test_the_port_of_last_time_is_taken_again(scope, home, containers, taken):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = [Forward(guest=80, host=port)]

    (found,) = forwards.listen(scope, machine(taken, auto_correct=True), before)

    assert found.host == port


def test_another_containers_port_is_named(scope, home, made, monkeypatch):
    made("db", forwards=(Forward(guest=80, host=18999),))
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-db", "serai-t1-web", "other"})

    with pytest.raises(SeraiError, match="is taken by machine db of project shop"):
        forwards.listen(scope, machine(18999), ())


def test_who_was_quicker_is_told(taken):
    with pytest.raises(SeraiError, match=f"web: port {taken}/tcp of 127.0.0.1: Address already in use"):
        list(forwards._listeners("web", [Forward(guest=80, host=taken)]))


def test_udp_is_bound_too():
    (link,) = forwards._listeners("web", [Forward(guest=53, host=0, protocol="udp")])
    with link:
        assert link.type == socket.SOCK_DGRAM


def test_a_container_that_has_ended_gets_no_relay(scope, containers, made):
    directory = made("web")

    forwards.open_all(scope, directory, "web", [Forward(guest=80, host=0)])
    forwards.open_all(scope, directory, "web", [])

    assert not (directory / "relay.pid").exists()


def test_only_the_relay_itself_is_ended(made):
    directory = made("web")
    child = subprocess.Popen(["sleep", "60"])
    (directory / "relay.pid").write_bytes(msgspec.json.encode([child.pid, "another birth"]))
    forwards.close_all(directory)
    assert child.poll() is None

    (directory / "relay.pid").write_bytes(msgspec.json.encode([child.pid, forwards._birth(child.pid)]))
    forwards.close_all(directory)
    assert child.wait(10) != 0
    assert not (directory / "relay.pid").exists()

    (directory / "relay.pid").write_bytes(b"torn")
    forwards.close_all(directory)
