"""How many CPUs a kernel has room for, as it says it itself."""

from __future__ import annotations

import pytest

from serai.guest import cpus
from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint


@pytest.mark.parametrize(
    ("said", "expected"), [("0", 1), ("0-1", 2), ("0-3,8-9,11", 7), ("", None), ("not a list", None)]
)
def test_the_ranges_are_counted(tmp_path, monkeypatch: pytest.MonkeyPatch, said: str, expected: int | None):
    (tmp_path / "possible").write_text(f"{said}\n")
    monkeypatch.setattr(cpus, "POSSIBLE", str(tmp_path / "possible"))
    assert cpus.room(ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")) == expected


def test_a_guest_without_the_file_does_not_say(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cpus, "POSSIBLE", str(tmp_path / "nothing"))
    assert cpus.room(ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")) is None
