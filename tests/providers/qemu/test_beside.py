"""A start with all that stands beside QEMU."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from serai.providers.qemu import beside
from serai.providers.qemu.companions import Companion, end_all
from serai.providers.qemu.record import hold_life
from serai.util.errors import Code, SeraiError

LOCKED = {"size": 64 << 20, "locked": True}


@pytest.mark.parametrize(
    ("memory", "root", "words"),
    [
        ({}, False, []),
        (LOCKED, False, ["--memlock=1073741824:1073741824"]),
        (LOCKED, True, []),
    ],
)
def test_the_limit_on_locked_memory_is_raised_where_that_is_possible(
    memory: dict[str, Any], root: bool, words: list[str], machine_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(beside.resource, "getrlimit", lambda _which: (65536, 1 << 30))
    assert beside.limits(machine_of(memory=memory))[1:] == words


def test_the_first_line_of_the_password_file_is_the_password(tmp_path: Path, machine_of: Any) -> None:
    (tmp_path / "secret").write_text("sesame\nopen\n")
    graphics = {"type": "vnc", "listen": "127.0.0.1", "password_file": "secret"}
    beside.write_password(tmp_path, machine_of(devices={"graphics": graphics}), tmp_path)
    assert (tmp_path / "screen.password").read_bytes() == b"sesame"
    assert (tmp_path / "screen.password").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", [None, ""])
def test_a_password_file_without_one_is_named(text: str | None, tmp_path: Path, machine_of: Any) -> None:
    if text is not None:
        (tmp_path / "secret").write_text(text)
    graphics = {"type": "vnc", "listen": "127.0.0.1", "password_file": "secret"}
    with pytest.raises(SeraiError, match=r"password_file: .*secret holds no password") as failed:
        beside.write_password(tmp_path, machine_of(devices={"graphics": graphics}), tmp_path)
    assert failed.value.code is Code.INPUT


@pytest.mark.engine
def test_a_companion_that_dies_is_the_reason_that_is_told(
    tmp_path: Path, machine_of: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Companion(
        name="tpm", argv=("sh", "-c", "echo its state is damaged; exit 1"), said="path=tpm.sock", instead="fd={fd}"
    )
    monkeypatch.setattr(beside.companions, "companions", lambda *_words: [broken])
    monkeypatch.setattr(beside.render, "argv", lambda *_words: ["sh", "-c", "sleep 0.5; exit 1"])
    life = hold_life(tmp_path)
    try:
        with pytest.raises(SeraiError, match="tpm ended before QEMU could use it: its state is damaged"):
            beside.spawn(tmp_path, machine_of(), site_of(root=str(tmp_path)), life)
    finally:
        os.close(life)
    end_all(tmp_path)
