"""The escapes of Ruby's strings. Source: Ruby's doc/syntax/literals.rdoc, "Double-Quoted String Literals"."""

from __future__ import annotations

SINGLE = {
    "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", "s": " ",
}  # fmt: skip


def unescape(said: str) -> str | None:
    """`\\n` → a newline: one escape of a double-quoted string. None where it is none that is known here."""
    body = said[1:]
    if not body:
        return None
    first = body[0]
    if first == "\n":
        return ""
    if first == "u":
        digits = body[1:].strip("{}").split()
        return "".join(chr(int(digit, 16)) for digit in digits)
    if first == "x":
        return _bytes(int(body[1:], 16))
    if first in "01234567":
        return _bytes(int(body, 8) & 0xFF)
    if first in "cCM" and len(body) > 1:
        return chr(ord(body[-1]) & 0x9F) if first != "M" else None
    return SINGLE.get(first, body)


def _bytes(code: int) -> str | None:
    """A byte: those above 127 are parts of characters, which a text of ours has not."""
    return chr(code) if code < 128 else None


def raw_escape(said: str, delimiters: str) -> str:
    """An escape of a single-quoted string: only the backslash and the delimiters have one."""
    return said[1:] if said[1:] == "\\" or said[1:] in tuple(delimiters) else said
