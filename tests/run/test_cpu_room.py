"""CPUs beyond what the guest's kernel has made room for wait for its next start; others are plugged in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Effect, ExecEndpoint, SshEndpoint, Verdict
from serai.run.cpu_room import cpus_without_room
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SSH = SshEndpoint(host="127.0.0.1", port=22, user="root", key=None)
LIVE = {"cpu.count": Verdict(Effect.LIVE)}


def asked(monkeypatch: pytest.MonkeyPatch, answer: Any, keys: Any = LIVE, endpoint: Any = SSH) -> list[str]:
    def room(way: object) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("serai.guest.cpus.room", room)
    machine = msgspec.convert({"name": "web", "cpu": {"count": 4}}, Machine)
    return list(cpus_without_room(machine, keys, endpoint, lambda: SimpleNamespace()))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("answer", "found"),
    [(2, ["cpu.count"]), (4, []), (8, []), (None, []), (SeraiError(Code.NETWORK, "gone"), [])],
)
def test_the_kernel_is_asked(monkeypatch, answer, found):
    assert asked(monkeypatch, answer) == found


@pytest.mark.parametrize(
    ("keys", "endpoint"),
    [
        ({"memory.size": Verdict(Effect.LIVE)}, SSH),
        ({"cpu.count": Verdict(Effect.RESTART)}, SSH),
        (LIVE, ExecEndpoint(argv=("sh",), user="root")),
        (LIVE, None),
    ],
)
def test_what_is_not_asked(monkeypatch, keys, endpoint):
    assert asked(monkeypatch, 1, keys, endpoint) == []
