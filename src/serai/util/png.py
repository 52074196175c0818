"""Pictures: PPM, which is what emulators give, as PNG, which is what people can open."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR = 2


def from_ppm(data: bytes) -> bytes:
    """The PNG of a binary PPM with 8 bits a colour; what is PNG already is given back.

    Raises ValueError for anything else. Source: ppm(5); PNG specification, 5 and 11.2.
    """
    if data.startswith(SIGNATURE):
        return data
    width, height, pixels = _parse(data)
    row = width * 3
    lines = b"".join(b"\0" + pixels[start : start + row] for start in range(0, row * height, row))
    head = struct.pack(">IIBBBBB", width, height, 8, TRUE_COLOUR, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _parse(data: bytes) -> tuple[int, int, bytes]:
    """Width, height, pixels. Before the pixels are four words; `#` begins a comment."""
    words: list[bytes] = []
    place = 0
    while len(words) < 4:
        while data[place : place + 1].isspace():
            place += 1
        if data[place : place + 1] == b"#":
            place = data.index(b"\n", place)
            continue
        end = place
        while end < len(data) and not data[end : end + 1].isspace():
            end += 1
        if end == place:
            raise ValueError("the picture ends in its head")
        words.append(data[place:end])
        place = end
    if words[0] != b"P6" or words[3] != b"255":
        raise ValueError(f"a picture of the form {words[0]!r} with {words[3]!r} shades is not known")
    width, height = int(words[1]), int(words[2])
    pixels = data[place + 1 :]
    if len(pixels) < width * height * 3:
        raise ValueError("the picture is cut short")
    return width, height, pixels


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
