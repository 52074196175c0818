"""What is written of a file with holes."""

from __future__ import annotations

import ctypes
import errno
import os

import pytest

from serai.util import holes
from serai.util.holes import give_back, reserve, written

SIZE = 4 << 20


def test_the_parts_of_a_file_that_are_no_holes(tmp_path):
    path = tmp_path / "ram"
    with path.open("wb") as file:
        file.truncate(SIZE)
        os.pwrite(file.fileno(), b"x" * 4096, 1 << 20)
    with path.open("rb") as file:
        found = list(written(file.fileno(), SIZE))

    assert all(begin <= 1 << 20 < end for begin, end in found)
    assert len(found) == 1


def test_a_file_that_is_no_file_is_an_error(tmp_path):
    reading, writing = os.pipe()
    with pytest.raises(OSError, match="Illegal seek"):
        list(written(reading, SIZE))
    os.close(reading)
    os.close(writing)


def test_room_is_kept_behind_a_files_end_and_given_back(tmp_path):
    path = tmp_path / "copy"
    path.write_bytes(b"x")
    reserve(path, SIZE)
    assert path.stat().st_size == 1
    assert path.stat().st_blocks * 512 >= SIZE

    give_back(path)
    assert path.read_bytes() == b"x"
    assert path.stat().st_blocks * 512 < SIZE


def test_room_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "copy").touch()
    with pytest.raises(OSError, match=r"File too large|No space left"):
        reserve(tmp_path / "copy", 1 << 62)


def test_a_file_system_that_cannot_keep_room_promises_nothing(tmp_path, monkeypatch):
    class Libc:
        def fallocate(self, *_):
            ctypes.set_errno(errno.EOPNOTSUPP)
            return -1

    monkeypatch.setattr(holes, "_libc", Libc)
    (tmp_path / "copy").touch()
    reserve(tmp_path / "copy", SIZE)
    assert (tmp_path / "copy").stat().st_blocks == 0
