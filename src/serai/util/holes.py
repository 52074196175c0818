"""The parts of a file that are no holes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator


def written(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """The parts of a file that are no holes. Source: lseek(2), SEEK_DATA."""
    end = 0
    while end < size:
        try:
            begin = os.lseek(handle, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # nothing but a hole is left
            raise
        end = min(size, os.lseek(handle, begin, os.SEEK_HOLE))
        yield begin, end
