"""Headers of tars that strangers wrote: what one says of the next member is read in memory, and must be small."""

from __future__ import annotations

import tarfile
from typing import Self

from serai.util.errors import Code, SeraiError

LONGEST = 1 << 20
"""Bytes of one long name, or of one PAX header; names have 4 KiB at most, attributes 64 KiB each."""
_OF_OTHERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class Bounded(tarfile.TarInfo):
    """For `tarfile.open(…, tarinfo=Bounded)`. Raises Code.CORRUPT for a header of more than LONGEST bytes."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type in _OF_OTHERS and found.size > LONGEST:
            raise SeraiError(Code.CORRUPT, f"a header in the archive claims {found.size} bytes")
        return found
