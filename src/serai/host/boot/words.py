"""The words of a kernel's command line: which are wanted, and the smallest edit of a line that has them.

Source: Linux, Documentation/admin-guide/kernel-parameters.rst: `-` and `_` are one in names, double quotes protect
spaces, what follows ` -- ` is for init.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from serai.util.errors import Code, SeraiError

_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_PLAIN = re.compile(r"[A-Za-z0-9_.,:/=@+-]+")
"""What neither a shell nor GRUB's language reads as its own."""
_FOR_INIT = re.compile(r"(?:^|\s)--(?:\s|$)")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """`add` has to be there, `remove` not; a word of `remove` that ends in `=` means every value: `hugepages=`.

    `name` is that of the tuning: it names our own drop-ins.
    """

    name: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises SeraiError (Code.INPUT) for a word that a boot loader would read as something else."""
        for word in (*self.add, *self.remove):
            if not _PLAIN.fullmatch(word):
                raise SeraiError(Code.INPUT, f"{word!r}: not a word for the kernel's command line")

    def unwanted(self, word: str) -> bool:
        return any(_is(word, each) for each in self.remove)

    def hold(self, line: str) -> bool:
        """Whether the line is as wanted: what is removed and added again has to be there in this order."""
        words = split(line)
        there = [_plain(word) for word in words if self.unwanted(word)]
        wanted = [_plain(word) for word in self.add if self.unwanted(word)]
        return there == wanted and not _missing(self.add, words)

    def edited(self, line: str) -> str:
        """The line as wanted; one that is so already is not touched."""
        return line if self.hold(line) else appended(without(line, self.unwanted), self.add)

    def added(self, before: str) -> list[str]:
        """What `edited` adds to this line."""
        return _missing(self.add, split(before))

    def undone(self, line: str, before: str) -> str:
        """The line without what was added to `before`, and with what was taken from it: others edited it since."""
        ours = {_plain(word) for word in self.added(before)}
        back = [word for word in split(before) if self.unwanted(word) and _plain(word) not in ours]
        return appended(without(line, lambda word: _plain(word) in ours), back)


def split(line: str) -> list[str]:
    """Words for the kernel, as they are written."""
    return _WORD.findall(_parts(line)[0])


def without(line: str, unwanted: Callable[[str], bool]) -> str:
    """Without these words, each with the space before it; all else stays as it is."""
    head, tail = _parts(line)
    for found in reversed(list(_WORD.finditer(head))):
        if unwanted(found[0]):
            start, end = found.span()
            if start:
                start -= 1
            elif head[end : end + 1].isspace():
                end += 1
            head = head[:start] + head[end:]
    return head + tail


def appended(line: str, words: Iterable[str]) -> str:
    """With these words that it does not have, before those for init."""
    head, tail = _parts(line)
    for word in _missing(words, _WORD.findall(head)):
        head = f"{head} {word}" if head else word
    return head + tail


def pattern(word: str) -> str:
    """A word of `remove` as sed -E has it."""
    name, equals, value = word.partition("=")
    name = re.sub("[-_]", "[-_]", name.replace(".", r"\."))
    if equals and not value:
        return f"{name}=[^ ]*"
    return name + equals + value.replace(".", r"\.").replace("/", r"\/").replace("+", r"\+")


def _parts(line: str) -> tuple[str, str]:
    found = _FOR_INIT.search(line)
    return (line[: found.start()], line[found.start() :]) if found else (line, "")


def _missing(words: Iterable[str], there: Iterable[str]) -> list[str]:
    count = Counter(_plain(word) for word in there)
    missing = []
    for word in words:
        if count[_plain(word)]:
            count[_plain(word)] -= 1
        else:
            missing.append(word)
    return missing


def _plain(word: str) -> str:
    name, equals, value = word.partition("=")
    return name.replace("-", "_") + equals + value


def _is(word: str, unwanted: str) -> bool:
    word, unwanted = _plain(word), _plain(unwanted)
    return word.startswith(unwanted) if unwanted.endswith("=") else word == unwanted
