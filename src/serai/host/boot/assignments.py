"""GRUB_CMDLINE_LINUX and its fellow in a file that a shell reads: what each line sets, and all together.

Source: GRUB manual, Simple configuration; POSIX, Shell Command Language: quoting, parameter expansion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from serai.util.errors import Code, SeraiError

DEFAULT = "/etc/default/grub"
ALL, NORMAL = "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"
"""For every entry, and for those that are no recovery. Source: GRUB manual, Simple configuration."""
_NAME = rf"({NORMAL}|{ALL})(\+?=)"
_SETS = re.compile(
    rf"^[ \t]*(?:export[ \t]+)?{_NAME}"
    r"""(?:(")((?:[^"\\`]|\\.)*)"|(')([^']*)'|([^\s"'\\`;&|()<>$#]*))"""
    r"(?=[ \t]*;?[ \t]*(?:[ \t]#[^\n]*)?$)",
    re.MULTILINE | re.DOTALL,
)
_MENTIONS = re.compile(rf"(?<![\w$]){_NAME}")
_COMMENT = re.compile(r"(?:^|\s)#")
_WITH_SPACE = re.compile(rf"\$\{{({NORMAL}|{ALL}):?\+\$\{{?\1\}}? \}}")
"""Its value and a space, unless it is empty: as tuned writes it."""
_USE = re.compile(rf"\$(?:\{{({NORMAL}|{ALL})\}}|({NORMAL}|{ALL})\b)")


class Assignment(msgspec.Struct, frozen=True):
    """`value` is what the shell makes of the line, but for variables; `start` and `end` are those of its token."""

    name: str
    adds: bool
    quote: str
    value: str
    line_start: int
    start: int
    end: int

    @property
    def goes_on(self) -> bool:
        """Whether what was set before stays a part of it."""
        return self.adds or any(self.name in use.groups() for use in _USE.finditer(self.value))


def assignments(text: str) -> list[Assignment]:
    """Those that can be read, in their order."""
    return [_assignment(found) for found in _SETS.finditer(text)]


def _assignment(found: re.Match[str]) -> Assignment:
    name, sign, double, escaped, single, literal, bare = found.groups()
    value = escaped.replace("\\\n", "") if double else literal if single else bare
    return Assignment(name, sign == "+=", double or single or "", value, found.start(), found.end(2), found.end())


def unread(text: str) -> tuple[str, int] | None:
    """(name, line) of the first line that sets one of them in a way that is not understood."""
    spans = [(each.line_start, each.end) for each in assignments(text)]
    for found in _MENTIONS.finditer(text):
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not _COMMENT.search(before) and not any(start <= found.start() < end for start, end in spans):
            return found[1], text.count("\n", 0, found.start()) + 1
    return None


def check(text: str) -> None:
    """Raises SeraiError (Code.REFUSED) for a file with such a line."""
    if found := unread(text):
        raise SeraiError(
            Code.REFUSED,
            f"{DEFAULT}:{found[1]}: {found[0]} is set in a way that cannot be edited safely",
            hint=f'write it there as one line, {found[0]}="…", and nothing behind it',
        )


def evaluate(each: Assignment, values: dict[str, str]) -> None:
    """What the variables are after it; of others, and of what a program says, nothing is known."""
    value = each.value
    if each.quote != "'":
        value = _WITH_SPACE.sub(lambda use: values[use[1]] + " " * bool(values[use[1]]), value)
        value = _USE.sub(lambda use: values[use[1] or use[2]], value)
    values[each.name] = values[each.name] + value if each.adds else value


def valued(text: str) -> dict[str, str]:
    """What the file makes of both."""
    values = {ALL: "", NORMAL: ""}
    for each in assignments(text):
        evaluate(each, values)
    return values


def live(text: str, name: str) -> Iterator[Assignment]:
    """The assignments that what it is in the end is made of, the last one first."""
    for each in reversed(assignments(text)):
        if each.name == name:
            yield each
            if not each.goes_on:
                return


def replaced(text: str, each: Assignment, value: str) -> str:
    """The text with another value in this assignment; nothing else of the file is touched."""
    if value == each.value:
        return text
    if each.adds and value[:1].strip() and not (each.value and value.startswith(each.value)):
        value = f" {value}"  # it begins with another word, which must not run into what is there already
    quote = each.quote or '"'
    return f"{text[: each.start]}{quote}{value}{quote}{text[each.end :]}"
