"""The bound on what is read for a digest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.provisioners import content


def parts(path: Path) -> bytes:
    total: list[bytes] = []
    content.feed(total.append, path)
    return b"".join(total)


def test_beyond_the_limit_size_and_time_stand_for_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "READ_LIMIT", 10)
    big = tmp_path / "big"
    big.write_bytes(b"x" * 11)
    before = parts(big)
    assert b"xxx" not in before
    os.utime(big, ns=(1, 1))
    assert parts(big) != before


def test_a_loop_of_links_and_odd_files_end(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfe")).symlink_to(os.fsdecode(b"\xff"))
    assert parts(tmp_path)
