"""Ports of other containers are known, and a relay is for one that runs."""

from __future__ import annotations

import socket

import pytest

from serai.providers.contract import Forward
from serai.providers.lxc import command, forwards
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic
from serai.util.errors import SeraiError


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


def test_another_containers_port_is_named(scope, home, made, monkeypatch):
    made("db", forwards=(Forward(guest=80, host=18999),))
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-db", "serai-t1-web", "other"})

    with pytest.raises(SeraiError, match="is taken by machine db of project shop"):
        listened(scope, machine(18999))


def test_a_record_of_another_project_that_is_torn_is_nobodys_hindrance(scope, home, made, monkeypatch, taken):
    (made("db") / "serai.json").write_text("torn")
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-db"})

    assert listened(scope, machine(taken, auto_correct=True))


def test_a_container_that_has_ended_gets_no_relay(scope, home, containers, made, taken):
    directory = made("web")

    for wanted in (machine(taken, auto_correct=True), Machine(name="web")):
        with forwards.listening(scope, wanted, ()) as found:
            forwards.hand_over(scope, directory, "web", found)

    assert not (directory / "relay.pid").exists()
