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


def listened(scope, machine: Machine, before=()) -> list[Forward]:
    with forwards.listening(scope, machine, before) as found:
        return list(found.forwards)


def test_serai_comes_in_without_a_port(scope, home, containers):
    assert listened(scope, Machine(name="web")) == []


def test_a_port_that_is_taken_is_refused_or_the_next_one_taken(scope, home, containers, taken):
    with pytest.raises(SeraiError) as caught:
        listened(scope, machine(taken))
    assert caught.value.code is Code.BUSY
    assert f"port {taken}/tcp of 127.0.0.1 is taken by" in caught.value.message

    (found,) = listened(scope, machine(taken, auto_correct=True))
    assert found.host > taken


def test_a_port_is_held_from_the_moment_that_it_is_chosen(scope, home, containers, taken):
    wanted = machine(taken, auto_correct=True)

    with forwards.listening(scope, wanted, ()) as first, forwards.listening(scope, wanted, ()) as second:
        assert first.forwards[0].host != second.forwards[0].host


def test_what_was_bound_is_free_again_when_another_port_cannot_be(scope, home, containers, taken):
    (free,) = listened(scope, machine(taken, auto_correct=True))
    both = Machine(
        name="web",
        networks=[Nic(forwarded_port=ForwardedPort(guest=80, host=each)) for each in (free.host, taken)],
    )
    with pytest.raises(SeraiError, match=f"port {taken}/tcp"):
        listened(scope, both)

    assert listened(scope, machine(free.host)) == [free]


def test_an_address_that_is_not_the_hosts_is_named(scope, home, containers):
    with pytest.raises(SeraiError, match=r"port 18080/tcp of 192\.0\.2\.1: Cannot assign requested address"):
        listened(scope, machine(18080, host_ip="192.0.2.1"))


def test_the_port_of_last_time_is_taken_again(scope, home, containers, taken):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = [Forward(guest=80, host=port)]

    (found,) = listened(scope, machine(taken, auto_correct=True), before)

    assert found.host == port


def test_another_containers_port_is_named(scope, home, made, monkeypatch):
    made("db", forwards=(Forward(guest=80, host=18999),))
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-db", "serai-t1-web", "other"})

    with pytest.raises(SeraiError, match="is taken by machine db of project shop"):
        listened(scope, machine(18999))


def test_a_record_of_another_project_that_is_torn_is_nobodys_hindrance(scope, home, made, monkeypatch, taken):
    (made("db") / "serai.json").write_text("torn")
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-db"})

    assert listened(scope, machine(taken, auto_correct=True))


def test_udp_is_bound_too():
    with forwards._bound(Forward(guest=53, host=0, protocol="udp")) as link:
        assert link.type == socket.SOCK_DGRAM


def test_a_container_that_has_ended_gets_no_relay(scope, home, containers, made, taken):
    directory = made("web")

    for wanted in (machine(taken, auto_correct=True), Machine(name="web")):
        with forwards.listening(scope, wanted, ()) as found:
            forwards.hand_over(scope, directory, "web", found)

    assert not (directory / "relay.pid").exists()


def test_a_relay_has_ended_when_it_is_closed(made):
    directory = made("web")
    child = subprocess.Popen(["sh", "-c", "trap 'sleep 0.3; exit' TERM; echo on; while :; do sleep 0.01; done"],
                             stdout=subprocess.PIPE)  # fmt: skip
    assert child.stdout
    child.stdout.readline()
    (directory / "relay.pid").write_bytes(msgspec.json.encode([child.pid, forwards._birth(child.pid)]))

    forwards.close_all(directory)

    assert child.poll() is not None
    child.stdout.close()


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
