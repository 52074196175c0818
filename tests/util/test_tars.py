"""Headers of a tar are bounded, whatever they claim."""

from __future__ import annotations

import io
import tarfile

import pytest

from serai.util.errors import Code, SeraiError
from serai.util.tars import LONGEST, Bounded


@pytest.mark.parametrize("kind", [b"x", b"g", b"X", b"L", b"K"])
@pytest.mark.parametrize("mode", ["r:", "r|"])
def test_a_header_that_claims_much_is_refused_before_it_is_read(kind: bytes, mode: str) -> None:
    header = tarfile.TarInfo("header")
    header.type, header.size = kind, LONGEST + 1
    stream = io.BytesIO(header.tobuf(tarfile.GNU_FORMAT) + bytes(512))
    with (
        pytest.raises(SeraiError, match=f"claims {LONGEST + 1} bytes") as caught,
        tarfile.open(fileobj=stream, mode=mode, tarinfo=Bounded) as archive,  # type: ignore[call-overload]
    ):
        archive.next()
    assert caught.value.code is Code.CORRUPT


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_large_files_are_read(form: int) -> None:
    name, content, out = "n" * 4000, bytes(LONGEST + 1), io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    out.seek(0)
    with tarfile.open(fileobj=out, tarinfo=Bounded) as archive:
        assert [(member.name, member.size) for member in archive] == [(name, len(content))]
