"""docs/reference.md is what the spec says today, and says something of every key."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts/make_reference.py"))


def test_the_page_is_not_stale(script):
    page = (ROOT / "docs/reference.md").read_text()

    assert page == script["reference"](), "python scripts/make_reference.py writes it anew"


def test_a_stale_page_is_told_from_a_right_one(script, tmp_path, monkeypatch):
    main = script["main"]
    monkeypatch.setitem(main.__globals__, "TARGET", tmp_path / "reference.md")

    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_every_key_has_a_type_and_a_meaning(script):
    rows = [line.split(" | ") for line in script["reference"]().splitlines() if line.startswith("| `")]

    assert len(rows) > 100
    assert [row for row in rows if not row[1] or row[-1].strip(" |") == ""] == []
