"""Sets of characters in Ruby's patterns: `[a-z&&[^aeiou]]`, `[[:alpha:]]`, `\\p{Lu}`, `\\h`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

LAST = 0x10FFFF
ANY = "[\\x00-\\U0010ffff]"
DIGIT, WORD, SPACE, HEX = "0-9", "a-zA-Z0-9_", " \\t\\r\\n\\x0c\\x0b", "0-9a-fA-F"
ESCAPED_SETS = {
    "d": f"[{DIGIT}]",
    "D": f"[^{DIGIT}]",
    "w": f"[{WORD}]",
    "W": f"[^{WORD}]",
    "s": f"[{SPACE}]",
    "S": f"[^{SPACE}]",
    "h": f"[{HEX}]",
    "H": f"[^{HEX}]",
}
INSIDE = {"d": DIGIT, "w": WORD, "s": SPACE, "h": HEX}
FIXED = {
    "ascii": "\\x00-\\x7f",
    "blank": " \\t\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\xa0",
    "cntrl": "\\x00-\\x1f\\x7f-\\x9f",
    "xdigit": HEX,
    "space": " \\t\\r\\n\\x0c\\x0b\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
    "any": "\\x00-\\U0010ffff",
}
BY_CATEGORY: dict[str, Callable[[str], bool]] = {
    "alpha": lambda kind: kind[0] == "L" or kind in ("Nl", "Mn", "Mc"),
    "alnum": lambda kind: kind[0] == "L" or kind in ("Nl", "Nd", "Mn", "Mc"),
    "word": lambda kind: kind[0] in "LM" or kind in ("Nd", "Nl", "Pc"),
    "digit": lambda kind: kind == "Nd",
    "upper": lambda kind: kind == "Lu",
    "lower": lambda kind: kind == "Ll",
    "punct": lambda kind: kind[0] == "P",
    "graph": lambda kind: kind[0] not in "ZC" or kind in ("Cf", "Co"),
    "print": lambda kind: kind[0] != "C" and kind not in ("Zl", "Zp"),
}
SCRIPTS = {
    "greek": "\\u0370-\\u03ff\\u1f00-\\u1fff",
    "cyrillic": "\\u0400-\\u052f\\u1c80-\\u1c8f",
    "hiragana": "\\u3041-\\u309f",
    "katakana": "\\u30a1-\\u30ff",
    "han": "\\u2e80-\\u2fd5\\u3400-\\u9fff\\uf900-\\ufaff",
    "hebrew": "\\u0591-\\u05f4",
    "arabic": "\\u0600-\\u06ff",
    "latin": "A-Za-z\\xaa\\xba\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02b8",
}
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


class SetError(Exception):
    """Ruby refuses the set; the message is Ruby's."""


@cache
def property_set(name: str) -> str:
    """The inside of a set for `[:name:]` or `\\p{Name}`: classes, general categories, some scripts."""
    plain = name.lower().replace("_", "")
    if plain in FIXED:
        return FIXED[plain]
    if plain in SCRIPTS:
        return SCRIPTS[plain]
    wanted = BY_CATEGORY.get(plain)
    if wanted is None:
        title = plain[:1].upper() + plain[1:]
        if title not in {unicodedata.category(chr(code)) for code in range(0x3000)} | set("LMNPSZC"):
            raise SetError(f"invalid character property name {{{name}}}")

        def wanted(kind: str) -> bool:
            return kind.startswith(title)

    extra = "$+<=>\\^`|~" if plain == "punct" else ""  # Onigmo counts these signs of ASCII
    return _ranges(wanted) + extra


def _ranges(wanted: Callable[[str], bool]) -> str:
    found: list[str] = []
    first = -1
    for code in range(0x10000):
        if wanted(unicodedata.category(chr(code))):
            first = code if first < 0 else first
        elif first >= 0:
            found.append(_range(first, code - 1))
            first = -1
    return "".join(found) + (_range(first, 0xFFFF) if first >= 0 else "")


def _range(first: int, last: int) -> str:
    return f"\\u{first:04x}" + (f"-\\u{last:04x}" if last > first else "")


def single_of(source: str, at: int) -> tuple[str, int]:
    """The character that an escape after its backslash means, and where it ends."""
    char = source[at]
    if char in SIMPLE:
        return SIMPLE[char], at + 1
    for form in (
        r"x([0-9a-fA-F]{1,2})",
        r"u([0-9a-fA-F]{4})",
        r"u\{ *([0-9a-fA-F]{1,6}) *\}",
    ):
        if found := re.compile(form).match(source, at):
            return chr(min(int(found[1], 16), LAST)), found.end()
    if found := re.compile(r"[0-7]{1,3}").match(source, at):
        return chr(int(found[0], 8) & 0xFF), found.end()
    if found := re.compile(r"c(.)").match(source, at):
        return chr(ord(found[1]) & 0x1F), found.end()
    return char, at + 1


class SetReader:
    """Reads a set after its `[`."""

    def __init__(self, source: str, at: int) -> None:
        self.source, self.at = source, at

    def read(self) -> str:
        """A pattern for one character."""
        negated = self.source[self.at : self.at + 1] == "^"
        self.at += negated
        parts = [self.part()]
        while self.source.startswith("&&", self.at):
            self.at += 2
            parts.append(self.part())
        if self.source[self.at : self.at + 1] != "]":
            raise SetError("premature end of char-class")
        self.at += 1
        if len(parts) == 1:
            plain, nested = parts[0]
            if not nested:
                return f"[{'^' if negated else ''}{plain}]" if plain else (ANY if negated else "(?!)")
        told = "".join(f"(?={_union(part)})" for part in parts[:-1]) + _union(parts[-1])
        return f"(?:(?!{told}){ANY})" if negated else f"(?:{told})"

    def part(self) -> tuple[str, list[str]]:
        """Up to `]` or `&&`: the inside of a plain set, and patterns beside it."""
        plain, nested = "", []
        first = True
        while self.at < len(self.source):
            if self.source[self.at] == "]" and not (first and "]" in self.source[self.at + 1 :]):
                break
            if self.source.startswith("&&", self.at):
                break
            first = False
            if found := re.compile(r"\[:(\^?)(\w+):\]").match(self.source, self.at):
                self.at = found.end()
                inner = property_set(found[2])
                if found[1]:
                    nested.append(f"[^{inner}]")
                else:
                    plain += inner
            elif self.source[self.at] == "[":
                self.at += 1
                nested.append(self.read())
            else:
                one, beside = self.span()
                plain += one
                nested += beside
        return plain, nested

    def span(self) -> tuple[str, list[str]]:
        """A character, a range of two, or an escaped set."""
        char, kind = self.one()
        if kind is not None:
            return (INSIDE[kind], []) if kind in INSIDE else ("", [kind])
        following = self.source[self.at : self.at + 2]
        if not following.startswith("-") or following in ("-]", "-") or self.source.startswith("-&&", self.at):
            return _quoted(char), []
        mark = self.at
        self.at += 1
        if self.source[self.at] == "[":
            self.at = mark
            return _quoted(char), []
        last, kind = self.one()
        if kind is not None:
            self.at = mark + 1
            return _quoted(char) + "\\-", []
        if last < char:
            raise SetError("empty range in char class")
        return f"{_quoted(char)}-{_quoted(last)}", []

    def one(self) -> tuple[str, str | None]:
        """A character; or the letter, or the pattern, of an escaped set."""
        char = self.source[self.at]
        self.at += 1
        if char != "\\":
            return char, None
        if self.at >= len(self.source):
            raise SetError("end pattern at escape")
        char = self.source[self.at]
        if char in INSIDE:
            self.at += 1
            return char, char
        if char in ESCAPED_SETS:
            self.at += 1
            return char, ESCAPED_SETS[char]
        if char in "pP" and (found := re.compile(r".\{(\^?)(\w+)\}").match(self.source, self.at)):
            self.at = found.end()
            return char, f"[{'^' if (char == 'P') != bool(found[1]) else ''}{property_set(found[2])}]"
        if char == "b":
            self.at += 1
            return "\b", None
        single, self.at = single_of(self.source, self.at)
        return single, None


def _quoted(char: str) -> str:
    return char if char.isalnum() or ord(char) > 0x7F else f"\\x{ord(char):02x}"


def _union(part: tuple[str, list[str]]) -> str:
    plain, nested = part
    found = ([f"[{plain}]"] if plain else []) + nested
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"
