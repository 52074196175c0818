"""A guest that goes on from another one's memory is itself after the first login, and told so once."""

from __future__ import annotations

from typing import Any

import pytest

from serai.run.entering import itself
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.process import Result

WEB = Machine(name="web")


class Guest:
    """Way in and driver; both note what is done."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.done: list[str] = []

    def run(self, command: str, *, input: bytes, **more: Any) -> Result:
        self.done.append(input.decode())
        return Result(["sh"], self.code, "", "no such card\n")

    def knows_itself(self, machine: Machine) -> None:
        self.done.append(f"{machine.name} knows itself")


def entered(guest: Guest, script: str) -> list[str]:
    said: list[str] = []
    itself(guest, WEB, script, said.append, guest)  # type: ignore[arg-type]
    return said


def test_one_that_was_told_while_it_woke_up_is_waited_for_alone():
    guest = Guest()
    assert entered(guest, "") == []
    assert guest.done == ["web knows itself"]


def test_any_other_is_told_now_and_knows_itself_then():
    guest = Guest()
    assert entered(guest, "become web") == ["telling the guest who it is"]
    assert guest.done == ["become web", "web knows itself"]


def test_one_that_could_not_be_told_does_not_count_as_itself():
    guest = Guest(code=1)
    with pytest.raises(SeraiError, match="web: the guest did not become itself: no such card"):
        entered(guest, "become web")
    assert guest.done == ["become web"]
