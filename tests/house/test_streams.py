"""The two streams of ./run-tests leave nothing out: what it names is there, and the lab is in one place."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("test_*.py"))


def marked(mark: str) -> set[str]:
    found = re.compile(rf"\bmark\.{mark}\b")
    return {str(file.relative_to(ROOT)) for file in FILES if found.search(file.read_text())}


def named() -> set[str]:
    return set(re.findall(r"\btests/[\w/]+(?:\.py)?", (ROOT / "run-tests").read_text()))


def test_what_it_names_is_there():
    assert named() > {"tests/lab", "tests/e2e/test_boxes.py"}
    assert [name for name in sorted(named()) if not (ROOT / name).exists()] == []


def test_hosts_of_the_lab_are_in_one_directory():
    assert [name for name in marked("lab") | marked("lab_long") if not name.startswith("tests/lab/")] == []
