"""Base64, and the checksums of Zlib."""

from __future__ import annotations

import base64
import binascii
import zlib

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.paths import decoded, encoded
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Str, Value

declare("Base64", None)
declare("Zlib", None)
LINE = 45
"""Bytes that a line of `encode64` holds: 60 letters."""
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


@answers_itself("Base64", "encode64")
def encode64(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    data = encoded(text(rt, content))
    rt.bounds.grow(len(data) * 2)
    lines = (base64.b64encode(data[at : at + LINE]).decode() for at in range(0, len(data), LINE))
    return Str("".join(f"{line}\n" for line in lines))


@answers_itself("Base64", "strict_encode64")
def strict_encode64(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    data = encoded(text(rt, content))
    rt.bounds.grow(len(data) * 2)
    return Str(base64.b64encode(data).decode())


@answers_itself("Base64", "urlsafe_encode64")
def urlsafe_encode64(rt: Runtime, me: Value, block: Block, content: Value, *more: Value) -> Value:
    _, named = split_named(rt, more, "padding")
    made = base64.urlsafe_b64encode(encoded(text(rt, content))).decode()
    return Str(made if truthy(named.get("padding", True)) else made.rstrip("="))


@answers_itself("Base64", "decode64")
def decode64(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    """Letters that are none of the alphabet are passed over; it ends at the first `=`."""
    data = bytes(byte for byte in encoded(text(rt, content)).split(b"=")[0] if byte in _LETTERS)
    if len(data) % 4 == 1:
        data = data[:-1]
    return decoded(base64.b64decode(data + b"=" * (-len(data) % 4)))


@answers_itself("Base64", "strict_decode64")
def strict_decode64(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    try:
        return decoded(base64.b64decode(encoded(text(rt, content)), validate=True))
    except binascii.Error:
        raise rt.raised("ArgumentError", "invalid base64") from None


@answers_itself("Base64", "urlsafe_decode64")
def urlsafe_decode64(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    said = text(rt, content).replace("-", "+").replace("_", "/")
    return strict_decode64(rt, me, block, Str(said + "=" * (-len(said) % 4)))


@answers_itself("Zlib", "crc32")
def crc32(rt: Runtime, me: Value, block: Block, content: Value = None, start: Value = 0) -> Value:
    return 0 if content is None else zlib.crc32(encoded(text(rt, content)), integer(rt, start))


@answers_itself("Zlib", "adler32")
def adler32(rt: Runtime, me: Value, block: Block, content: Value = None, start: Value = 1) -> Value:
    return 1 if content is None else zlib.adler32(encoded(text(rt, content)), integer(rt, start))
