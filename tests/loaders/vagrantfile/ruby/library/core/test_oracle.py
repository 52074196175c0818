"""The answers in the data files are those of a real Ruby, here and now."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VERSION = "3.1"
"""The Ruby that Debian's vagrant runs on; others print some things otherwise."""


@pytest.fixture(scope="module")
def ruby(need) -> list[str]:
    need("ruby")
    said = subprocess.run(["ruby", "-e", "print RUBY_VERSION"], check=True, capture_output=True, text=True).stdout
    if not said.startswith(VERSION):
        pytest.skip(f"only with Ruby {VERSION}, this is {said}")
    return ["ruby", "-W0", str(HERE / "oracle.rb")]


@pytest.mark.parametrize("path", sorted((HERE / "data").glob("*.rb")), ids=lambda path: path.stem)
def test_a_real_ruby_says_the_same(ruby, path) -> None:
    said = subprocess.run([*ruby, str(path)], check=True, capture_output=True, text=True).stdout

    assert said.splitlines() == path.read_text().splitlines()
