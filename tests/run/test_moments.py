"""One moment a parent, however many forks ask for it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serai.run.materials import Stock
from serai.run.moments import Moments
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


class Forking:
    """A provider that counts."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.ended: list[str] = []
        self.fails = False
        self.gate = threading.Event()

    def fork_point(self, machine: Machine, materials: Any, way: Any, progress: Any) -> str:
        assert way == f"into {machine.name}"
        self.gate.wait(10)
        self.taken.append(machine.name)
        if self.fails:
            raise SeraiError(Code.REFUSED, "no")
        return f"moment of {machine.name}"

    def fork_end(self, moment: str) -> None:
        self.ended.append(moment)


@pytest.fixture
def forking() -> Forking:
    return Forking()


@pytest.fixture
def moments(pretend: Callable[..., Workspace], forking: Forking, monkeypatch: pytest.MonkeyPatch) -> Moments:
    workspace = pretend(Machine(name="db"), Machine(name="web"))
    stock = Stock(workspace)
    monkeypatch.setattr(workspace, "provider", lambda name: forking)
    return Moments(workspace, stock, lambda name: f"into {name}")  # type: ignore[arg-type, return-value]


def quiet(_text: str) -> None:
    return None


def test_forks_that_ask_together_have_one_moment(moments: Moments, forking: Forking) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(moments.of, "db", quiet) for _ in range(4)]
        forking.gate.set()
        assert {each.result() for each in asked} == {"moment of db"}
    assert moments.of("web", quiet) == "moment of web"
    assert forking.taken == ["db", "web"]

    moments.close()
    assert forking.ended == ["moment of db", "moment of web"]
    moments.close()
    assert len(forking.ended) == 2


def test_a_parent_that_cannot_be_forked_is_asked_once(moments: Moments, forking: Forking) -> None:
    forking.gate.set()
    forking.fails = True
    for _ in range(2):
        with pytest.raises(SeraiError, match="no"):
            moments.of("db", quiet)
    assert forking.taken == ["db"]
    moments.close()
    assert forking.ended == []
