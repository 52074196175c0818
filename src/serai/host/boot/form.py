"""Where in a file the command line stands: a file of its own, a line of an entry, a variable, GRUB's block."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from serai.host.boot.assignments import ALL, NORMAL, check, live, replaced, valued
from serai.host.boot.words import Words, appended, split, without
from serai.util.errors import Code, SeraiError

GRUBENV_BYTES = 1024
"""Source: GRUB manual, Environment block: 1024 bytes, filled up with `#`."""
GRUBENV_HEAD = "# GRUB Environment Block\n"


class Form(Protocol):
    """Edits of a file's text, which touch nothing but words."""

    def line(self, text: str) -> str:
        """The command line in it; empty: none."""

    def edited(self, text: str, words: Words) -> str:
        """The text with the words as wanted; unchanged where they are so."""

    def undone(self, text: str, before: str, words: Words) -> str:
        """A text that others edited since, without what `edited` made of `before`."""


class Lines:
    """Lines that match hold the command line: what is behind the first group. A missing one begins with `head`."""

    def __init__(self, form: str, head: str) -> None:
        self._form = re.compile(form)
        self._head = head

    def line(self, text: str) -> str:
        return " ".join(found[2] for each in text.splitlines() if (found := self._form.fullmatch(each)))

    def edited(self, text: str, words: Words) -> str:
        return self._changed(text, words.edited)

    def undone(self, text: str, before: str, words: Words) -> str:
        was = self.line(before)
        return self._changed(text, lambda line: words.undone(line, was))

    def _changed(self, text: str, edit: Callable[[str], str]) -> str:
        """Where several lines hold it, the first gets all."""
        old, new = self.line(text), edit(self.line(text))
        if old == new:
            return text
        lines = text.splitlines(keepends=True)
        found = [at for at, each in enumerate(lines) if self._form.fullmatch(each.rstrip("\r\n"))]
        if not found:
            return f"{ended(text)}{self._head}{new}\n"
        first = lines[found[0]]
        bare = first.rstrip("\r\n")
        match = self._form.fullmatch(bare)
        assert match
        lines[found[0]] = f"{match[1]}{new}{first[len(bare) :]}"
        return "".join(each for at, each in enumerate(lines) if at not in found[1:])


class Variables:
    """GRUB_CMDLINE_LINUX and its fellow in a file that a shell reads."""

    def line(self, text: str) -> str:
        values = valued(text)
        return " ".join(value for name in (ALL, NORMAL) if (value := " ".join(values[name].split())))

    def edited(self, text: str, words: Words) -> str:
        """Raises SeraiError (Code.REFUSED) for a file that sets them in a way that is not understood."""
        check(text)
        if words.hold(self.line(text)):
            return text
        text = _rid(text, NORMAL, words)
        normal = split(valued(text)[NORMAL])
        rest = Words(name=words.name, add=tuple(w for w in words.add if w not in normal), remove=words.remove)
        if not rest.hold(valued(text)[ALL]):
            text = _set(_rid(text, ALL, words), ALL, rest.edited)
        return text

    def undone(self, text: str, before: str, words: Words) -> str:
        check(text)
        was = valued(before)
        text = _set(text, ALL, lambda value: words.undone(value, was[ALL]))
        taken = [word for word in split(was[NORMAL]) if words.unwanted(word)]
        there = split(valued(text)[NORMAL])
        return _set(text, NORMAL, lambda value: appended(value, [word for word in taken if word not in there]))


def _rid(text: str, name: str, words: Words) -> str:
    """Without what is unwanted, in each line that its value is made of."""
    for each in live(text, name):  # the last one first: what is before it stays where it is
        text = replaced(text, each, without(each.value, words.unwanted))
    return text


def _set(text: str, name: str, edit: Callable[[str], str]) -> str:
    """The last line that sets it, edited: that one counts."""
    last = next(live(text, name), None)
    if last:
        return replaced(text, last, edit(last.value))
    value = edit("")
    return f'{ended(text)}{name}="{value}"\n' if value else text


class Grubenv:
    """`kernelopts=` in GRUB's environment block, where RHEL 8 has what its entries call $kernelopts."""

    def __init__(self) -> None:
        self._lines = Lines("(kernelopts=)(.*)", "kernelopts=")

    def line(self, text: str) -> str:
        return self._lines.line(text)

    def edited(self, text: str, words: Words) -> str:
        return self._filled(text, self._lines.edited(self._body(text), words))

    def undone(self, text: str, before: str, words: Words) -> str:
        return self._filled(text, self._lines.undone(self._body(text), self._body(before), words))

    @staticmethod
    def _body(text: str) -> str:
        return text.rstrip("#")

    def _filled(self, text: str, body: str) -> str:
        if body == self._body(text):
            return text
        body = body if body.startswith(GRUBENV_HEAD) else GRUBENV_HEAD + body
        room = GRUBENV_BYTES - len(body.encode(errors="surrogateescape"))
        if room < 0:
            raise SeraiError(
                Code.REFUSED,
                f"GRUB's environment block holds {GRUBENV_BYTES} bytes: there is no room for more arguments",
                hint="take out arguments that are not needed: grub2-editenv list shows them",
            )
        return body + "#" * room


class Less(Lines):
    """Only takes words out: what is added goes to a drop-in beside it."""

    def edited(self, text: str, words: Words) -> str:
        return super().edited(text, Words(name=words.name, remove=words.remove))


FORMS: dict[str, Form] = {
    "cmdline-less": Less(r"()((?!\s*#).*\S.*)", ""),
    "cmdline": Lines(r"()((?!\s*#).*\S.*)", ""),
    "entry": Lines(r"(options[ \t]+)(.*)", "options "),
    "variable": Variables(),
    "grubenv": Grubenv(),
}


def ended(text: str) -> str:
    """With an end to its last line."""
    return text if not text or text.endswith("\n") else text + "\n"
