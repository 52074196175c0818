"""What a program says of itself is asked once, as long as it is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.util.errors import Code, SeraiError
from serai.util.said import said


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path / "home"))
    return _write(tmp_path / "tool", "one")


def _write(path: Path, word: str) -> Path:
    path.write_text(f"#!/bin/sh\necho run >>{path}.runs\necho {word} $1; echo beside >&2; exit 3\n")
    path.chmod(0o755)
    return path


def _runs(program: Path) -> int:
    return len(program.with_name("tool.runs").read_text().splitlines())


def test_both_streams_are_kept_whatever_its_exit_code_is(program: Path) -> None:
    assert said(str(program), "-V") == "one -V\nbeside\n"
    assert said(str(program), "-V") == "one -V\nbeside\n"
    assert _runs(program) == 1


def test_what_it_is_asked_otherwise_is_another_answer(program: Path) -> None:
    assert said(str(program), "-V") == "one -V\nbeside\n"
    assert said(str(program), "--help") == "one --help\nbeside\n"


def test_another_program_in_its_place_is_asked_anew(program: Path) -> None:
    said(str(program), "-V")
    _write(program, "another")
    assert said(str(program), "-V") == "another -V\nbeside\n"
    assert _runs(program) == 2


def test_one_that_is_not_there_is_missing(program: Path) -> None:
    with pytest.raises(SeraiError) as failed:
        said(str(program.with_name("none")), "-V")
    assert failed.value.code is Code.MISSING
