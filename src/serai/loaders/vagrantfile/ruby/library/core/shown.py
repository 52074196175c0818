"""Text of values as Ruby 3.1 prints it: `inspect` and `to_s`."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Object, Range, Regexp, Str, Sym, Value

ESCAPES = {
    "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\x07": "\\a", "\x08": "\\b", "\x0b": "\\v",
    "\x0c": "\\f", '"': '\\"', "\\": "\\\\",
}  # fmt: skip
PLAIN_SYMBOL = (
    r"(?:[$@]|@@)?[^\W\d]\w*|[^\W\d]\w*[?!=]|\$(?:[1-9]\d*|[~*$?!@/\\;,.=:<>\"&`'+0_]|-\w)"
    r"|\[\]=?|\*\*|[+\-!~]@?|[*/%<>&|^`]|<=>|===?|=~|<<|>>|<=|>=|!=|!~"
)
UNPRINTABLE = ("Cc", "Cn", "Cs", "Zl", "Zp")
UNDER_WAY: set[int] = set()
"""Ids of the arrays and hashes that are being shown: one inside itself is `[...]`."""


def quoted(text: str) -> str:
    """A String with quotes and escapes."""
    if text.isascii() and text.isalnum():
        return f'"{text}"'
    return '"' + "".join(_escaped(text, at) for at in range(len(text))) + '"'


def _escaped(text: str, at: int) -> str:
    char = text[at]
    if char in ESCAPES:
        return ESCAPES[char]
    if char == "#" and text[at + 1 : at + 2] in ("{", "$", "@"):
        return "\\#"
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02X}"
    if code < 0x20 or 0x7E < code < 0xA0 or (not char.isprintable() and unprintable(char)):
        return f"\\u{code:04X}" if code <= 0xFFFF else f"\\u{{{code:X}}}"
    return char


def unprintable(char: str) -> bool:
    """As Onigmo has it: format characters, other spaces and private ones are printed."""
    from unicodedata import category

    return category(char) in UNPRINTABLE


def symbol(name: str) -> str:
    return f":{name}" if (name.isidentifier() or re.fullmatch(PLAIN_SYMBOL, name)) else f":{quoted(name)}"


def pattern(value: Regexp) -> str:
    """`/source/mix`"""
    source = re.sub(r"\\.|/", lambda found: "\\/" if found[0] == "/" else found[0], value.source, flags=re.DOTALL)
    return f"/{source.replace(chr(10), chr(10))}/{ordered_options(value.options)}"


def ordered_options(options: str) -> str:
    return "".join(letter for letter in "mix" if letter in options)


@answers("NilClass", "inspect")
def nil_inspect(rt: Runtime, me: None, block: Block) -> Value:
    return Str("nil")


@answers("TrueClass", "to_s", "inspect")
def true_to_s(rt: Runtime, me: bool, block: Block) -> Value:
    return Str("true")


@answers("FalseClass", "to_s", "inspect")
def false_to_s(rt: Runtime, me: bool, block: Block) -> Value:
    return Str("false")


@answers("String", "inspect", "dump")
def string_inspect(rt: Runtime, me: Str, block: Block) -> Value:
    rt.bounds.step(len(me.s) // 64)
    return Str(quoted(me.s))


@answers("Symbol", "inspect")
def symbol_inspect(rt: Runtime, me: Sym, block: Block) -> Value:
    return Str(symbol(str(me)))


@answers("Regexp", "inspect")
def regexp_inspect(rt: Runtime, me: Regexp, block: Block) -> Value:
    return Str(pattern(me))


@answers("Range", "inspect")
def range_inspect(rt: Runtime, me: Range, block: Block) -> Value:
    first = "" if me.first is None and me.last is not None else rt.inspect(me.first)
    last = "" if me.last is None and me.first is not None else rt.inspect(me.last)
    return Str(first + ("..." if me.exclusive else "..") + last)


@answers("Range", "to_s")
def range_to_s(rt: Runtime, me: Range, block: Block) -> Value:
    return Str(rt.to_s(me.first) + ("..." if me.exclusive else "..") + rt.to_s(me.last))


@answers("Array", "inspect", "to_s")
def array_inspect(rt: Runtime, me: Array, block: Block) -> Value:
    if id(me) in UNDER_WAY:
        return Str("[...]")
    UNDER_WAY.add(id(me))
    try:
        rt.bounds.step(len(me))
        text = ", ".join([rt.inspect(item) for item in me])
        rt.bounds.grow(len(text))
        return Str(f"[{text}]")
    finally:
        UNDER_WAY.discard(id(me))


@answers("Hash", "inspect", "to_s")
def hash_inspect(rt: Runtime, me: Hash, block: Block) -> Value:
    if not len(me):
        return Str("{}")
    if id(me) in UNDER_WAY:
        return Str("{...}")
    UNDER_WAY.add(id(me))
    try:
        rt.bounds.step(len(me))
        text = ", ".join([_pair(rt, key, value) for key, value in list(me.items())])
        rt.bounds.grow(len(text))
        return Str(f"{{{text}}}")
    finally:
        UNDER_WAY.discard(id(me))


def _pair(rt: Runtime, key: Value, value: Value) -> str:
    if isinstance(key, Sym):
        name = str(key)
        return f"{symbol(name)}=>{rt.inspect(value)}"
    return f"{rt.inspect(key)}=>{rt.inspect(value)}"


@answers("Kernel", "to_s")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"#<{rt.class_of(me).name}{address(rt, me)}>")


def address(rt: Runtime, me: Value) -> str:
    """`:0x0000000000000010`: in the order in which objects are asked for theirs."""
    return f":0x{int(rt.send(me, 'object_id', [])):016x}"


@answers("Kernel", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    if isinstance(me, Module):
        return Str(me.name)
    held_names = [name for name in me.variables if name.startswith("@")] if isinstance(me, Object) else []
    if not held_names:
        return to_s(rt, me, block) if isinstance(me, Object) and me.data is None else Str(rt.to_s(me))
    if id(me) in UNDER_WAY:
        return Str(f"#<{me.kind.name}{address(rt, me)} ...>")
    UNDER_WAY.add(id(me))
    try:
        held = ", ".join(f"{name}={rt.inspect(me.variables[name])}" for name in held_names)
        return Str(f"#<{me.kind.name}{address(rt, me)} {held}>")
    finally:
        UNDER_WAY.discard(id(me))
