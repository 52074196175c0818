"""`Array#pack` and `String#unpack`, for the directives that configuration needs; others are refused."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import struct
from collections.abc import Iterator

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, real, text
from serai.loaders.vagrantfile.ruby.library.core.octets import bytes_of, text_of
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Str, Value

DIRECTIVE = re.compile(r"([a-zA-Z@])([_!<>]*)(\*|\d+)?")
NUMBERS = {"C": "B", "c": "b", "S": "H", "s": "h", "L": "I", "l": "i", "Q": "Q", "q": "q", "J": "Q", "j": "q",
           "I": "I", "i": "i"}  # fmt: skip
FIXED = {"n": ">H", "N": ">I", "v": "<H", "V": "<I", "D": "<d", "d": "<d", "F": "<f", "f": "<f", "E": "<d",
         "e": "<f", "G": ">d", "g": ">f"}  # fmt: skip
LINE = 45
"""Bytes in a line of base64 that `m` writes. Source: Ruby's packed_data, m."""


def directives(rt: Runtime, template: str) -> Iterator[tuple[str, str, str | None]]:
    """Letter, `<` or `>`, and count."""
    rest = re.sub(r"#[^\n]*|\s+", "", template)
    while rest:
        found = DIRECTIVE.match(rest)
        if found is None:
            raise rt.refused(f"{rest[0]!r} in a template of pack", "only letters with counts are known")
        yield found[1], found[2], found[3]
        rest = rest[found.end() :]


def form_of(letter: str, order: str) -> str | None:
    if letter in FIXED:
        return FIXED[letter]
    if letter in NUMBERS:
        return (">" if ">" in order else "<") + NUMBERS[letter]
    return None


def packed(rt: Runtime, me: Array, template: str) -> bytes:
    """`Array#pack`"""
    left = list(me)
    data = b""
    for letter, order, count in directives(rt, template):
        form = form_of(letter, order)
        number = len(left) if count == "*" else int(count or 1)
        rt.bounds.grow(len(data) + number)
        if letter == "x":
            data += b"\0" * (0 if count == "*" else number)
        elif form is not None:
            data += b"".join(_packed(rt, form, _next(rt, left)) for _ in range(number))
        elif letter in "Uw":
            data += b"".join(chr(integer(rt, _next(rt, left))).encode() for _ in range(number))
        else:
            data += _packed_text(rt, letter, _next(rt, left), count)
    return data


def _next(rt: Runtime, left: list[Value]) -> Value:
    if not left:
        raise rt.raised("ArgumentError", "too few arguments")
    return left.pop(0)


def _packed(rt: Runtime, form: str, value: Value) -> bytes:
    if form[-1] in "df":
        return struct.pack(form, real(rt, value))
    bits = 8 * struct.calcsize(form)
    return struct.pack(form[:-1] + form[-1].upper(), integer(rt, value) % (1 << bits))


def _packed_text(rt: Runtime, letter: str, value: Value, count: str | None) -> bytes:
    told = rt.to_s(value) if letter == "M" else "" if value is None else text(rt, value)
    data = bytes_of(told)
    if letter in "aAZ":
        width = len(data) + (letter == "Z") if count == "*" else int(count or 1)
        return data[:width].ljust(width, b" " if letter == "A" else b"\0")
    if letter in "Hh":
        digits = told if count == "*" else told[: int(count or 1)]
        digits += "0" * (len(digits) % 2)
        pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
        return bytes.fromhex("".join(pair if letter == "H" else pair[::-1] for pair in pairs))
    if letter in "Bb":
        digits = told if count == "*" else told[: int(count or 1)]
        groups = [digits[at : at + 8].ljust(8, "0") for at in range(0, len(digits), 8)]
        return bytes(int(group if letter == "B" else group[::-1], 2) for group in groups)
    if letter == "m":
        width = LINE if count in (None, "*") else int(count or 0) // 3 * 3
        if width == 0:
            return base64.b64encode(data)
        lines = (base64.b64encode(data[at : at + width]) + b"\n" for at in range(0, len(data), width))
        return b"".join(lines)
    if letter == "M":
        return quopri.encodestring(data) + b"=\n"
    raise rt.refused(f"{letter!r} in a template of pack", "write the bytes in another way")


def unpacked(rt: Runtime, data: bytes, template: str) -> list[Value]:
    """`String#unpack`"""
    found: list[Value] = []
    for letter, order, count in directives(rt, template):
        form = form_of(letter, order)
        rt.bounds.grow(8 * (len(found) + len(data)))
        if letter in "xX@":
            data = data[int(count or 1) :] if letter == "x" and count != "*" else data
        elif form is not None:
            size = struct.calcsize(form)
            number = len(data) // size if count == "*" else int(count or 1)
            for at in range(number):
                piece = data[at * size : (at + 1) * size]
                found.append(struct.unpack(form, piece)[0] if len(piece) == size else None)
            data = data[number * size :]
        elif letter == "U":
            told = data.decode("utf-8", "surrogateescape")
            number = len(told) if count == "*" else int(count or 1)
            found += [ord(char) for char in told[:number]]
            data = told[number:].encode("utf-8", "surrogateescape")
        else:
            value, data = _unpacked_text(rt, letter, data, count)
            found.append(value)
    return found


def _unpacked_text(rt: Runtime, letter: str, data: bytes, count: str | None) -> tuple[Str, bytes]:
    if letter in "aAZ":
        width = len(data) if count == "*" else int(count or 1)
        piece, rest = data[:width], data[width:]
        if letter == "A":
            piece = piece.rstrip(b" \0")
        elif letter == "Z":
            end = piece.find(b"\0")
            rest = data[end + 1 :] if count == "*" and end >= 0 else rest
            piece = piece if end < 0 else piece[:end]
        return text_of(piece), rest
    if letter in "HhBb":
        per = 2 if letter in "Hh" else 8
        width = len(data) * per if count == "*" else int(count or 1)
        size = -(-width // per)
        pairs = [format(byte, "02x" if per == 2 else "08b") for byte in data[:size]]
        digits = "".join(pair if letter in "HB" else pair[::-1] for pair in pairs)
        return Str(digits[:width]), data[size:]
    if letter == "m":
        try:
            return text_of(base64.b64decode(data, validate=count == "0")), b""
        except (binascii.Error, ValueError):
            raise rt.raised("ArgumentError", "invalid base64") from None
    if letter == "M":
        return text_of(quopri.decodestring(data)), b""
    raise rt.refused(f"{letter!r} in a template of unpack", "read the bytes in another way")
