"""A PPM becomes a PNG with the same pixels."""

from __future__ import annotations

import struct
import zlib

import pytest

from serai.util.png import SIGNATURE, from_ppm

PIXELS = bytes(range(18))
PPM = b"P6\n# by hand\n3 2\n255\n" + PIXELS


def chunks(data: bytes) -> dict[bytes, bytes]:
    found, place = {}, len(SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + body)
        found[kind] = body
        place += 12 + length
    return found


def test_size_and_pixels_are_the_same():
    found = chunks(from_ppm(PPM))

    assert struct.unpack(">II", found[b"IHDR"][:8]) == (3, 2)
    assert zlib.decompress(found[b"IDAT"]) == b"\0" + PIXELS[:9] + b"\0" + PIXELS[9:]
    assert b"IEND" in found


def test_a_png_stays_what_it_is():
    assert from_ppm(SIGNATURE + b"rest") == SIGNATURE + b"rest"


@pytest.mark.parametrize(
    "data", [b"", b"P6\n3 2\n", b"P5\n3 2\n255\n" + PIXELS, PPM[:-1], b"P6 3 2 65535 " + PIXELS]
)
def test_other_things_are_refused(data):
    with pytest.raises(ValueError):
        from_ppm(data)
