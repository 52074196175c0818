"""The guest agent: what it answers becomes values."""

from __future__ import annotations

import json
from functools import partial
from types import SimpleNamespace

import pytest

from serai.guest.agent import Refused
from serai.guest.agent import shell as by_agent
from serai.providers.contract import Materials
from serai.providers.libvirt import agent
from serai.providers.qemu.agent import turn
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

libvirt = pytest.importorskip("libvirt", reason="needs libvirt-python")


class Guest:
    """A domain whose agent is QEMU's own, on this host; without a directory none answers."""

    def __init__(self, place=None):
        self.place = place

    def isActive(self):
        return True

    def ask(self, text):
        words = json.loads(text)
        if self.place is None:
            raise _error(libvirt.VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent is not responding")
        with turn(self.place) as call:
            try:
                return json.dumps({"return": call(words["execute"], **words.get("arguments", {}))})
            except Refused as refused:
                raise _error(libvirt.VIR_ERR_INTERNAL_ERROR, refused.message) from refused


def _error(code, text):
    error = libvirt.libvirtError(text)
    error.err = (code, 0, text, 2, None, None, None, -1, -1)
    return error


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    module = SimpleNamespace(qemuAgentCommand=lambda domain, text, budget, flags: domain.ask(text))
    monkeypatch.setattr(agent, "library_qemu", lambda: module)


def found(monkeypatch, domain):
    """A turn at the agent of this domain."""
    monkeypatch.setattr(agent, "opened", lambda uri: uri)
    monkeypatch.setattr(agent, "lookup", lambda conn, uuid: domain)
    return partial(agent.turn, "qemu:///system", "1")


def test_whether_one_answers(guest_agent):
    assert agent.answers(Guest(guest_agent))
    assert not agent.answers(Guest())


def test_a_command_gives_its_code_and_what_it_said(guest_agent, monkeypatch):
    at = found(monkeypatch, Guest(guest_agent))
    assert by_agent(at, "web", "echo hello; echo no >&2; exit 3", 30) == (3, "hello\n", "no\n")


def test_no_agent_is_told_with_what_to_look_at(monkeypatch):
    with pytest.raises(SeraiError, match="web: the guest's agent does not answer: Guest agent is not") as caught:
        by_agent(found(monkeypatch, Guest()), "web", "true", 30)
    assert caught.value.code is Code.NETWORK
    assert "qemu-guest-agent" in caught.value.hint


def test_what_the_agent_cannot_do_is_told_with_its_words(guest_agent, monkeypatch):
    with found(monkeypatch, Guest(guest_agent))() as call, pytest.raises(Refused, match="No such file"):
        call("guest-file-open", path="/nowhere/at/all", mode="r")


def test_a_domain_that_is_gone_is_no_way_in(monkeypatch):
    with pytest.raises(SeraiError, match="the machine is off"), found(monkeypatch, None)():
        pass


def test_a_machine_that_is_off_has_nobody_to_ask(pretended):
    pretended.create(Machine(name="web", provider="libvirt"), Materials())
    with pytest.raises(SeraiError, match="web is off"):
        pretended.agent_exec("web", "true", 1)
