"""A restart from within: asked for, gone, and back under another boot id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from serai.run import restart as module
from serai.run.restart import restart
from serai.spec.guest import Ready
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import Result


class Guest:
    """A way in that answers boot ids, one a question; None is no answer."""

    def __init__(self, *boots: str | None) -> None:
        self.boots: Iterator[str | None] = iter(boots)
        self.asked: list[str] = []

    def run(self, command: str, **how: Any) -> Result:
        if "boot_id" not in command:
            self.asked.append(command)
            return Result([], 0, "", "")
        boot = next(self.boots)
        if boot is None:
            raise SeraiError(Code.NETWORK, "it does not answer")
        return Result([], 0, f"{boot}\n", "")

    def close(self) -> None:
        pass


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Waits that came to an end: for these machines."""
    waited: list[str] = []
    monkeypatch.setattr(module, "wait_ready", lambda machine, *words, **more: waited.append(machine.name))
    return waited


def restarted(guest: Guest, within: float = 30.0) -> None:
    machine = Machine(name="web", ready=Ready(within=within))
    endpoint: Callable[[], Any] = lambda: None  # noqa: E731
    restart(machine, guest, endpoint, None, lambda: "", lambda phrase: None, seed_kind="none")  # type: ignore[arg-type]


@pytest.mark.parametrize("later", [("1", "2"), ("1", None), ("1", "1", None)], ids=str)
def test_it_waits_until_the_guest_lives_another_life(later: tuple[str | None, ...], back: list[str]) -> None:
    guest = Guest(*later)
    restarted(guest)

    assert back == ["web"]
    assert "reboot" in guest.asked[0]


def test_a_guest_that_stays_is_a_failure(back: list[str]) -> None:
    with pytest.raises(SeraiError) as failed:
        restarted(Guest(*["1"] * 1000), within=0.2)

    assert failed.value.code is Code.TIMEOUT
    assert failed.value.hint == "serai reload web"
    assert back == []
