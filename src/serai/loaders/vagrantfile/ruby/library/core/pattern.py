"""A Ruby pattern as one of Python's `re`: the same strings match, or it is refused.

What differs, by Onigmo's doc/RE: `^` and `$` are of lines; `\\w`, `\\d` and `\\s` are ASCII, `[[:alpha:]]` and
`\\p{…}` Unicode; `m` is Python's `s`; options may change in the middle of a group; sets nest and intersect.
"""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.core.pattern_set import (
    ANY,
    ESCAPED_SETS,
    SetReader,
    property_set,
    single_of,
)

GROUP_LIMIT = 50
"""Groups inside each other; more is no pattern that a person wrote."""
QUANTIFIER = re.compile(r"\{(?:\d+(?:,\d*)?|,\d+)\}|[*+?]")
END_OF_LINES = r"(?=\n?\Z)"
START_OF_LINE = r"(?:^(?!(?<=\n)\Z))"
LINE_BREAK = r"(?:\r\n|[\n\x0b\x0c\r\x85\u2028\u2029])"
ANCHORS = {"A": r"\A", "z": r"\Z", "Z": END_OF_LINES, "b": r"\b", "B": r"\B", "R": LINE_BREAK}
NOT_HERE = {
    "G": "where the last match ended",
    "K": "keep what is before",
    "X": "a grapheme",
    "g": "a group called again",
    "C": "a control character of this kind",
    "M": "a meta character",
    "y": "a text segment's end",
    "Y": "no text segment's end",
}


class NotTranslated(Exception):
    """The pattern has something that serai does not do; the message says what."""


class Wrong(Exception):
    """Ruby itself refuses the pattern (RegexpError); the message is Ruby's."""


class Translator:
    """Reads one pattern from left to right."""

    def __init__(self, source: str, options: str) -> None:
        self.source = source
        self.at = 0
        self.ignore_case = "i" in options
        self.dot_all = "m" in options
        self.extended = "x" in options
        self.names = bool(re.search(r"(?<!\\)(?:\\\\)*\(\?(?:<[^=!]|')", source))
        self.depth = 0
        self.groups = 0

    def pattern(self) -> str:
        told = "|".join(self.alternatives())
        if self.at < len(self.source):
            raise Wrong("unmatched close parenthesis")
        return told

    def alternatives(self) -> list[str]:
        """What is read up to the end of the group, cut at its `|`."""
        found = [""]
        closing = ""  # of the groups that `(?i)` in the middle opened
        while self.at < len(self.source) and self.source[self.at] != ")":
            char = self.source[self.at]
            if char == "|":
                self.at += 1
                if closing:
                    found[-1] += "|"
                else:
                    found.append("")
                continue
            toggled = self.toggle()
            if toggled is not None:
                found[-1] += toggled
                closing += ")"
                continue
            found[-1] += self.piece()
        found[-1] += closing
        return found

    def toggle(self) -> str | None:
        """`(?i)`: what it opens, to the end of the group."""
        found = re.compile(r"\(\?([imxadu]*)(?:-([imx]*))?\)").match(self.source, self.at)
        if found is None or found[0] == "(?)":
            return None
        self.at = found.end()
        return self.options(found[1], found[2] or "")

    def options(self, on: str, off: str) -> str:
        """A group with other options; only the case is left to `re`."""
        if set(on) & set("adu"):
            raise NotTranslated("the options a, d and u")
        self.dot_all = ("m" in on or self.dot_all) and "m" not in off
        self.extended = ("x" in on or self.extended) and "x" not in off
        ignore_case = ("i" in on or self.ignore_case) and "i" not in off
        changed = ignore_case != self.ignore_case
        self.ignore_case = ignore_case
        return "(?:" if not changed else "(?i:" if ignore_case else "(?-i:"

    def piece(self) -> str:
        """One thing and how often it may stand there."""
        thing = self.thing()
        while found := QUANTIFIER.match(self.source, self.at):
            if not thing:
                raise Wrong("target of repeat operator is not specified")
            self.at = found.end()
            after = self.source[self.at : self.at + 1]
            quantifier = found[0]
            if after == "?" or (after == "+" and quantifier in "*+?"):
                self.at += 1
                quantifier += after
            thing = thing + quantifier
            if QUANTIFIER.match(self.source, self.at):
                thing = f"(?:{thing})"
        return thing

    def thing(self) -> str:
        char = self.source[self.at]
        self.at += 1
        if self.extended and (char.isspace() or char == "#"):
            if char == "#":
                end = self.source.find("\n", self.at)
                self.at = len(self.source) if end < 0 else end + 1
            return ""
        if char == "\\":
            return self.escape()
        if char == "[":
            return self.set()
        if char == "(":
            return self.group()
        if char == ".":
            return ANY if self.dot_all else r"[^\n]"
        if char == "^":
            return START_OF_LINE
        if char == "$":
            return "$"
        if char in "*+?":
            raise Wrong("target of repeat operator is not specified")
        return re.escape(char)

    def set(self) -> str:
        reader = SetReader(self.source, self.at)
        told = reader.read()
        self.at = reader.at
        return told

    def escape(self) -> str:
        if self.at >= len(self.source):
            raise Wrong("too short escape sequence")
        char = self.source[self.at]
        self.at += 1
        if char in ANCHORS:
            return ANCHORS[char]
        if char in ESCAPED_SETS:
            return ESCAPED_SETS[char]
        if char in "pP":
            found = re.compile(r"\{(\^?)(\w+)\}").match(self.source, self.at)
            if found is None:
                raise Wrong(f"invalid character property name {{{char}}}")
            self.at = found.end()
            return f"[{'^' if (char == 'P') != bool(found[1]) else ''}{property_set(found[2])}]"
        if char == "k":
            return self.named_reference()
        if char in "123456789" and not (found := re.compile(r"[0-7]{2,3}").match(self.source, self.at - 1)):
            return f"(?:\\{char})" if not self.names else self.wrong_reference()
        if char in NOT_HERE:
            raise NotTranslated(f"\\{char} ({NOT_HERE[char]})")
        self.at -= 1
        single, self.at = single_of(self.source, self.at)
        return re.escape(single)

    def wrong_reference(self) -> str:
        raise Wrong("numbered backref/call is not allowed. (use name)")

    def named_reference(self) -> str:
        found = re.compile(r"<(\w+)>|'(\w+)'").match(self.source, self.at)
        if found is None:
            raise NotTranslated("a reference to a group by level")
        self.at = found.end()
        name = found[1] or found[2]
        return f"(?:\\{name})" if name.isdigit() else f"(?P={name})"

    def group(self) -> str:
        self.depth += 1
        if self.depth > GROUP_LIMIT:
            raise NotTranslated("so many groups inside each other")
        before = self.ignore_case, self.dot_all, self.extended
        told = self.opened()
        if self.source[self.at : self.at + 1] != ")":
            raise Wrong("end pattern with unmatched parenthesis")
        self.at += 1
        self.depth -= 1
        self.ignore_case, self.dot_all, self.extended = before
        return told

    def opened(self) -> str:
        """A group after its `(`, without its end."""
        rest = self.source[self.at :]
        if not rest.startswith("?"):
            self.groups += not self.names
            return ("(?:" if self.names else "(") + self.body() + ")"
        if rest.startswith("?#"):
            end = re.compile(r"(?:[^\\)]|\\.)*").match(self.source, self.at)
            self.at = end.end() if end else self.at
            return "(?:)"
        for opening in ("?:", "?=", "?!", "?>"):
            if rest.startswith(opening):
                self.at += 2
                return f"({opening}{self.body()})"
        for opening in ("?<=", "?<!"):
            if rest.startswith(opening):
                self.at += 3
                return self.behind(opening)
        found = re.match(r"\?(?:<([^\W\d]\w*)>|'([^\W\d]\w*)')", rest)
        if found:
            self.at += found.end()
            self.groups += 1
            return f"(?P<{found[1] or found[2]}>{self.body()})"
        found = re.match(r"\?([imxadu]*)(?:-([imx]*))?:", rest)
        if found:
            self.at += found.end()
            return self.options(found[1], found[2] or "") + self.body() + ")"
        if re.match(r"\?\(\d+\)", rest):
            found = re.match(r"\?\(\d+\)", rest)
            self.at += found.end() if found else 0
            return f"({found[0] if found else ''}{self.body()})"
        if rest.startswith("?~"):
            raise NotTranslated("(?~…), all but what matches")
        raise Wrong("undefined group option")

    def body(self) -> str:
        return "|".join(self.alternatives())

    def behind(self, opening: str) -> str:
        """What is before: Python wants one length, Ruby one for each alternative."""
        told = self.alternatives()
        if opening == "?<=":
            return "(?:" + "|".join(f"({opening}{each})" for each in told) + ")"
        return "".join(f"({opening}{each})" for each in told)


def translated(source: str, options: str) -> str:
    """The pattern for `re`, to be compiled with MULTILINE (and IGNORECASE where "i" is in the options)."""
    return Translator(source, options).pattern()
