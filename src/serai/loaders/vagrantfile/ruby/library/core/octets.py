"""Bytes: a byte that is no UTF-8 is a surrogate in a Str, as Python's own `surrogateescape` has it."""

from __future__ import annotations

from functools import partial

from serai.loaders.vagrantfile.ruby.library.core import enter
from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import (
    Block,
    answers,
    answers_itself,
    changeable,
    split_named,
)
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, INSTANCE, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Str, Sym, Value

declare("Encoding")
NAMES = {
    "utf-8": "UTF-8",
    "ascii-8bit": "ASCII-8BIT",
    "binary": "ASCII-8BIT",
    "us-ascii": "US-ASCII",
    "ascii": "US-ASCII",
    "iso-8859-1": "ISO-8859-1",
    "utf-16le": "UTF-16LE",
    "utf-16be": "UTF-16BE",
    "windows-1252": "Windows-1252",
    "utf-16": "UTF-16",
    "utf8": "UTF-8",
    "cp1252": "Windows-1252",
}
ENCODING = Module("Encoding")
"""Of the constants, which are made without a runtime; it has its methods by itself."""


def bytes_of(told: str) -> bytes:
    """The bytes of a text."""
    return told.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> Str:
    """Bytes as a String."""
    return Str(data.decode("utf-8", "surrogateescape"))


def _encoding(name: str) -> Object:
    return Object(ENCODING, name)


for _constant in (
    "UTF-8",
    "ASCII-8BIT",
    "US-ASCII",
    "ISO-8859-1",
    "UTF-16LE",
    "UTF-16BE",
    "UTF-16",
    "Windows-1252",
):
    CONSTANTS["Encoding::" + _constant.upper().replace("-", "_")] = partial(_encoding, _constant)
CONSTANTS["Encoding::BINARY"] = lambda: _encoding("ASCII-8BIT")
CONSTANTS["Encoding::ASCII"] = lambda: _encoding("US-ASCII")


def encoding_name(rt: Runtime, value: Value, converting: bool = False) -> str:
    """The name of an encoding that is given as itself or by its name."""
    if isinstance(value, Object) and isinstance(value.data, str):
        return value.data
    told = text(rt, value)
    name = NAMES.get(told.lower())
    if name is None and converting:
        what = f"code converter not found (UTF-8 to {told})"
        raise rt.raised("Encoding::ConverterNotFoundError", what)
    if name is None:
        raise rt.raised("ArgumentError", f"unknown encoding name - {told}")
    return name


@answers("Encoding", "to_s", "name")
def name_of(rt: Runtime, me: Object, block: Block) -> Value:
    return Str(me.data)


@answers("Encoding", "inspect")
def inspect(rt: Runtime, me: Object, block: Block) -> Value:
    return Str(f"#<Encoding:{me.data}>")


@answers("Encoding", "==")
def equals(rt: Runtime, me: Object, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and me.data == other.data


@answers_itself("Encoding", "default_external", "find")
def default_external(rt: Runtime, me: Value, block: Block, name: Value = None) -> Value:
    return _encoding("UTF-8" if name is None else encoding_name(rt, name))


@answers_itself("Encoding", "default_internal")
def default_internal(rt: Runtime, me: Value, block: Block) -> Value:
    return None


@answers_itself("Encoding", "default_external=", "default_internal=")
def set_default(rt: Runtime, me: Value, block: Block, wanted: Value) -> Value:
    """All files are read as UTF-8."""
    if wanted is not None and encoding_name(rt, wanted) not in ("UTF-8", "US-ASCII"):
        raise rt.refused("another encoding than UTF-8", "save the files as UTF-8")
    return wanted


enter("Kernel")
ENCODING.methods.update(INSTANCE["Kernel"] | INSTANCE["Encoding"])


@answers("String", "encoding")
def encoding(rt: Runtime, me: Str, block: Block) -> Value:
    return _encoding("UTF-8")


@answers("String", "force_encoding")
def force_encoding(rt: Runtime, me: Str, block: Block, wanted: Value) -> Value:
    encoding_name(rt, wanted)
    changeable(rt, me)
    return me


@answers("String", "b")
def binary(rt: Runtime, me: Str, block: Block) -> Value:
    return Str(me.s)


@answers("String", "encode", "unicode_encode")
def encode(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    by_place, named = split_named(
        rt, args, "invalid", "undef", "replace", "fallback", "xml", "crlf_newline", "universal_newline"
    )
    target = encoding_name(rt, by_place[0], True) if by_place else "UTF-8"
    told = me.s
    if len(by_place) > 1 and encoding_name(rt, by_place[1]) not in ("UTF-8", "US-ASCII"):
        told = bytes_of(told).decode(encoding_name(rt, by_place[1]), "replace")
    told = told.replace("\r\n", "\n") if named.get("universal_newline") else told
    told = told.replace("\n", "\r\n") if named.get("crlf_newline") else told
    if target == "US-ASCII" and named.get("undef") == Sym("replace"):
        other = text(rt, named["replace"]) if named.get("replace") is not None else "?"
        return Str("".join(char if char.isascii() else other for char in told))
    if target == "UTF-8" or (told.isascii() and not target.startswith("UTF-16")):
        return scrub(rt, Str(told), None, *([named["replace"]] if named.get("replace") else []))
    raise rt.refused(f"text in {target}", "texts are UTF-8 here")


@answers("String", "valid_encoding?")
def valid_encoding(rt: Runtime, me: Str, block: Block) -> Value:
    return not any(0xDC80 <= ord(char) <= 0xDCFF for char in me.s)


@answers("String", "ascii_only?")
def ascii_only(rt: Runtime, me: Str, block: Block) -> Value:
    return me.s.isascii()


@answers("String", "scrub")
def scrub(rt: Runtime, me: Str, block: Block, other: Value = None) -> Value:
    filling = "�" if other is None else text(rt, other)
    return Str("".join(filling if 0xDC80 <= ord(char) <= 0xDCFF else char for char in me.s))


@answers("String", "encode!")
def encode_in_place(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
    changeable(rt, me)
    me.s = encode(rt, me, block, *args).s
    return me


@answers("String", "scrub!")
def scrub_in_place(rt: Runtime, me: Str, block: Block, other: Value = None) -> Value:
    changeable(rt, me)
    me.s = scrub(rt, me, block, other).s
    return me


@answers("String", "bytes")
def bytes_(rt: Runtime, me: Str, block: Block) -> Value:
    rt.bounds.grow(8 * len(me.s))
    return Array(bytes_of(me.s))


@answers("String", "each_byte")
def each_byte(rt: Runtime, me: Str, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_byte")
    for byte in bytes_of(me.s):
        rt.bounds.step()
        rt.call(block, [byte])
    return me


@answers("String", "bytesize")
def bytesize(rt: Runtime, me: Str, block: Block) -> Value:
    return len(bytes_of(me.s))


@answers("String", "byteslice")
def byteslice(rt: Runtime, me: Str, block: Block, at: Value, count: Value = 1) -> Value:
    data = bytes_of(me.s)
    start = integer(rt, at)
    start += len(data) if start < 0 else 0
    return text_of(data[start : start + integer(rt, count)]) if 0 <= start <= len(data) else None


@answers("String", "getbyte")
def getbyte(rt: Runtime, me: Str, block: Block, at: Value) -> Value:
    data, place = bytes_of(me.s), integer(rt, at)
    return data[place] if -len(data) <= place < len(data) else None


@answers("Array", "pack")
def pack(rt: Runtime, me: Array, block: Block, template: Value) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.pack import packed

    return text_of(packed(rt, me, text(rt, template)))


@answers("String", "unpack")
def unpack(rt: Runtime, me: Str, block: Block, template: Value) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.pack import unpacked

    return Array(unpacked(rt, bytes_of(me.s), text(rt, template)))


@answers("String", "unpack1")
def unpack1(rt: Runtime, me: Str, block: Block, template: Value) -> Value:
    found = unpack(rt, me, block, template)
    return found[0] if found else None


@answers("String", "sum")
def sum_(rt: Runtime, me: Str, block: Block, bits: Value = 16) -> Value:
    width = integer(rt, bits)
    total = sum(bytes_of(me.s))
    return total % (1 << width) if 0 < width < 1024 else total
