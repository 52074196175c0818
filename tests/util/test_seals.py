"""Seals: a file that was written to is another one, be its length the same; a hole is as good as zeros."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.util import seals


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    with path.open("wb") as handle:
        handle.truncate(1 << 20)
        handle.seek(300_000)
        handle.write(b"page")
    return path


def rewritten(path: Path, data: bytes, at: int = 0) -> None:
    path.chmod(0o600)
    with path.open("r+b") as handle:
        handle.seek(at)
        handle.write(data)
    os.utime(path, (1, 1))  # however coarse the clock of the file system is


def test_a_file_that_nobody_wrote_to_is_whole_and_cannot_be_written(file):
    kept = seals.seal(file)

    assert seals.look(file, kept) == ("", kept)
    assert file.stat().st_mode & 0o777 == 0o400


def test_a_copy_of_it_is_whole_and_gets_a_stamp_of_its_own(file):
    kept = seals.seal(file)
    rewritten(file, b"page", at=300_000)

    why, now = seals.look(file, kept)

    assert why == ""
    assert now.digest == kept.digest
    assert now.stamp == seals.stamp(file) != kept.stamp
    assert seals.look(file, now) == ("", now)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda path: rewritten(path, b"P", at=300_000), "disk is not what was kept"),
        (lambda path: os.truncate(path, 1 << 19), "disk has 524288 bytes instead of 1048576"),
        (lambda path: path.unlink(), "disk: No such file or directory"),
    ],
)
def test_a_file_that_is_another_is_told(file, act, why):
    kept = seals.seal(file)
    file.chmod(0o600)

    act(file)

    assert seals.look(file, kept)[0] == why


def test_a_hole_is_as_good_as_zeros(file, tmp_path):
    full = tmp_path / "full"
    full.write_bytes(file.read_bytes())

    assert seals.digest(full) == seals.digest(file)
    rewritten(full, b"x", at=5)
    assert seals.digest(full) != seals.digest(file)
