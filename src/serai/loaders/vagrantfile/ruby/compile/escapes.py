"""The escapes of Ruby's strings. Source: Ruby's doc/syntax/literals.rdoc, "Double-Quoted String Literals"."""

from __future__ import annotations

import re

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
    if first in "cCM":
        return None
    return SINGLE.get(first, body)


def _bytes(code: int) -> str | None:
    """A byte: those above 127 are parts of characters, which a text of ours has not."""
    return chr(code) if code < 128 else None


def raw_text(said: str, delimiters: str) -> str:
    """The text of a single-quoted string: only the backslash and the delimiters are escaped in it."""
    if "\\" not in said:
        return said
    known = re.escape("\\" + delimiters)
    return re.sub(rf"\\([{known}])", r"\1", said)
