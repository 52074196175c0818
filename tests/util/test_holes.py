"""What is written of a file with holes."""

from __future__ import annotations

import os

import pytest

from serai.util.holes import written

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
