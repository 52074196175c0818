"""The guest agent: what it answers becomes values."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt import agent
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

libvirt = pytest.importorskip("libvirt", reason="needs libvirt-python")


class Guest:
    """A domain whose agent gives prepared answers, and a note of what it was asked."""

    def __init__(self, **answers):
        self.answers = {key.replace("_", "-"): list(each) for key, each in answers.items()}
        self.asked = []

    def name(self):
        return "shop_web"

    def ask(self, text):
        words = json.loads(text)
        self.asked.append(words)
        answers = self.answers.get(words["execute"])
        if not answers:
            error = libvirt.libvirtError("Guest agent is not responding")
            error.err = (libvirt.VIR_ERR_AGENT_UNRESPONSIVE, 0, str(error), 2, None, None, None, -1, -1)
            raise error
        return json.dumps({"return": answers.pop(0) if len(answers) > 1 else answers[0]})


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    module = SimpleNamespace(qemuAgentCommand=lambda domain, text, budget, flags: domain.ask(text))
    monkeypatch.setattr(agent, "library_qemu", lambda: module)


def test_whether_one_answers():
    assert agent.answers(Guest(guest_ping=[{}]))
    assert not agent.answers(Guest())


def test_a_command_gives_its_code_and_what_it_said():
    said = base64.b64encode(b"hello\n").decode()
    guest = Guest(
        guest_exec=[{"pid": 7}],
        guest_exec_status=[{"exited": False}, {"exited": True, "exitcode": 3, "out-data": said}],
    )

    assert agent.execute(guest, ["sh", "-c", "x"]) == agent.Ended(code=3, stdout="hello\n", stderr="")
    assert guest.asked[0]["arguments"] == {"path": "sh", "arg": ["-c", "x"], "capture-output": True}
    assert guest.asked[1]["arguments"] == {"pid": 7}


def test_a_command_that_was_killed_has_the_code_of_its_signal():
    guest = Guest(guest_exec=[{"pid": 7}], guest_exec_status=[{"exited": True, "signal": 9}])

    assert agent.execute(guest, ["x"]).code == 137


def test_a_command_that_does_not_end_is_told():
    guest = Guest(guest_exec=[{"pid": 7}], guest_exec_status=[{"exited": False}])
    with pytest.raises(SeraiError, match=r"did not end within 0\.1 s") as caught:
        agent.execute(guest, ["sleep"], budget=0.1)

    assert caught.value.code is Code.TIMEOUT


def test_no_agent_is_told_with_what_to_look_at():
    with pytest.raises(SeraiError, match="qemu-guest-agent"):
        agent.execute(Guest(), ["x"])


def test_a_machine_that_is_off_has_nobody_to_ask(pretended):
    pretended.create(Machine(name="web", provider="libvirt"), Materials())
    with pytest.raises(SeraiError, match="web is off"):
        pretended.agent_exec("web", "true", 1)
