"""Ports of the host."""

from __future__ import annotations

from serai.providers.contract import Forward
from serai.providers.ports import reallocate, wanted
from serai.spec.machine import Machine


def test_ssh_is_forwarded_first_from_any_port() -> None:
    assert wanted(Machine()) == [(Forward(guest=22, host=0, id="ssh"), True)]


def test_a_running_machine_keeps_the_ports_it_holds() -> None:
    held = (Forward(guest=22, host=2345, id="ssh"),)
    assert reallocate(Machine(), held, {}) == held
