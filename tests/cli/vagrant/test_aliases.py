"""Aliases stand for words, and never run anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.cli.vagrant.aliases import aliases, expanded
from serai.util.errors import SeraiError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "aliases").write_text("go = up --no-parallel\ngo2 = go web\nround = round\nno line\n")
    return {"VAGRANT_HOME": str(tmp_path)}


def test_an_alias_may_name_an_alias(environ: dict[str, str]) -> None:
    assert expanded(["go2", "db"], environ) == ["up", "--no-parallel", "web", "db"]


def test_a_command_of_vagrant_s_is_itself(environ: dict[str, str]) -> None:
    assert expanded(["status"], environ) == ["status"]
    assert expanded(["nosuch"], environ) == ["nosuch"]


def test_one_that_means_itself_ends(environ: dict[str, str]) -> None:
    with pytest.raises(SeraiError, match="means itself"):
        expanded(["round"], environ)


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert aliases({"VAGRANT_HOME": str(tmp_path)}) == {}
