"""Ports are chosen, held, and given up."""

from __future__ import annotations

import socket
import subprocess

import msgspec
import pytest

from serai.providers import port_relay
from serai.providers.contract import Forward
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


def listened(machine: Machine, before=()) -> list[Forward]:
    with port_relay.listening(machine, before, dict) as found:
        return list(found.forwards)


def test_a_port_that_is_taken_is_refused_or_the_next_one_taken(taken):
    with pytest.raises(SeraiError) as caught:
        listened(machine(taken))
    assert caught.value.code is Code.BUSY
    assert f"port {taken}/tcp of 127.0.0.1 is taken by" in caught.value.message

    (found,) = listened(machine(taken, auto_correct=True))
    assert found.host > taken


def test_a_port_is_held_from_the_moment_that_it_is_chosen(taken):
    wanted = machine(taken, auto_correct=True)

    with port_relay.listening(wanted, (), dict) as first, port_relay.listening(wanted, (), dict) as second:
        assert first.forwards[0].host != second.forwards[0].host


def test_what_was_bound_is_free_again_when_another_port_cannot_be(taken):
    (free,) = listened(machine(taken, auto_correct=True))
    both = Machine(
        name="web",
        networks=[Nic(forwarded_port=ForwardedPort(guest=80, host=each)) for each in (free.host, taken)],
    )
    with pytest.raises(SeraiError, match=f"port {taken}/tcp"):
        listened(both)

    assert listened(machine(free.host)) == [free]


def test_an_address_that_is_not_the_hosts_is_named():
    with pytest.raises(SeraiError, match=r"port 18080/tcp of 192\.0\.2\.1: Cannot assign requested address"):
        listened(machine(18080, host_ip="192.0.2.1"))


def test_the_port_of_last_time_is_taken_again(taken):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = [Forward(guest=80, host=port)]

    (found,) = listened(machine(taken, auto_correct=True), before)

    assert found.host == port


def test_udp_is_bound_too():
    with port_relay._bound(Forward(guest=53, host=0, protocol="udp")) as link:
        assert link.type == socket.SOCK_DGRAM


def test_a_relay_has_ended_when_it_is_closed(tmp_path):
    child = subprocess.Popen(["sh", "-c", "trap 'sleep 0.3; exit' TERM; echo on; while :; do sleep 0.01; done"],
                             stdout=subprocess.PIPE)  # fmt: skip
    assert child.stdout
    child.stdout.readline()
    (tmp_path / "relay.pid").write_bytes(msgspec.json.encode([child.pid, port_relay._birth(child.pid)]))

    port_relay.close_all(tmp_path)

    assert child.poll() is not None
    child.stdout.close()


def test_only_the_relay_itself_is_ended(tmp_path):
    child = subprocess.Popen(["sleep", "60"])
    (tmp_path / "relay.pid").write_bytes(msgspec.json.encode([child.pid, "another birth"]))
    port_relay.close_all(tmp_path)
    assert child.poll() is None

    (tmp_path / "relay.pid").write_bytes(msgspec.json.encode([child.pid, port_relay._birth(child.pid)]))
    port_relay.close_all(tmp_path)
    assert child.wait(10) != 0
    assert not (tmp_path / "relay.pid").exists()

    (tmp_path / "relay.pid").write_bytes(b"torn")
    port_relay.close_all(tmp_path)


def test_each_address_of_the_host_has_its_own_ports(taken):
    addresses = ("127.0.0.2", "127.0.0.3")
    both = Machine(
        name="web",
        networks=[Nic(forwarded_port=ForwardedPort(guest=80, host=taken, host_ip=each)) for each in addresses],
    )
    with port_relay.listening(both, (), lambda: {("tcp", "127.0.0.4", taken): "db"}) as found:
        assert [(each.host_ip, each.host) for each in found.forwards] == [(each, taken) for each in addresses]

    everywhere = {("tcp", "0.0.0.0", taken): "db"}
    with pytest.raises(SeraiError, match="is taken by db"), port_relay.listening(both, (), lambda: everywhere):
        pass


def test_the_port_of_last_time_is_that_of_its_address(taken):
    before = [Forward(guest=80, host=taken + 1), Forward(guest=80, host=taken, host_ip="127.0.0.2")]

    (found,) = listened(machine(18080, host_ip="127.0.0.2", auto_correct=True), before)

    assert found.host == taken
