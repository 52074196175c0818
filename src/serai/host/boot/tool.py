"""The contract of a boot tool, and the way that most of them go: small edits of the files that they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from serai.host.boot.form import FORMS
from serai.host.boot.words import Words
from serai.host.changes.change import Kept
from serai.host.changes.file import make_parents, missing_parents, put_back
from serai.host.facts.source import Reading
from serai.host.reach.contract import Kind, Reach

LINKS = 40
"""Source: path_resolution(7)."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is to be edited. `text` is that of a drop-in of our own; `base` what a new file starts from."""

    path: str
    form: str = ""
    """Of FORMS; empty: a drop-in."""
    text: str = ""
    base: str = ""

    def wanted(self, there: str | None, words: Words) -> str:
        """What the file should hold; None: it is not there yet."""
        if not self.form:
            return self.text
        return FORMS[self.form].edited(self.base if there is None else there, words)


class BootTool(Protocol):
    """One way to give the kernel its arguments."""

    name: str

    def here(self, reach: Reach) -> str:
        """The file or program that shows that this host boots so; empty: it does not."""

    def owes(self, reach: Reach) -> tuple[str, ...]:
        """What is run after an edit (changes/followup.py)."""

    def coming(self, reach: Reach) -> list[Reading]:
        """The command lines of the boot loader's entries, the newest kernel's first; empty: not to be seen."""

    def kept(self, reach: Reach) -> Reading | None:
        """What the entry of the next kernel is made from; None: from the newest entry, or by hand."""

    def keep(self, reach: Reach, words: Words) -> Kept:
        """What stands there now, of all that `write` edits."""

    def diff(self, reach: Reach, words: Words) -> list[tuple[str, str | None, str]]:
        """(path, text now, text as wanted) of what is not as wanted."""

    def write(self, reach: Reach, words: Words, before: Kept) -> None:
        """Make it so; also where it is so in part."""

    def undo(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> None:
        """Put back what stood there; of what others edited since only our words are taken out."""

    def conflict(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> str:
        """What others did that an undo would destroy; empty: nothing."""


class FileTool:
    """A tool whose files say it all; a subclass says which."""

    name = ""

    def places(self, reach: Reach, words: Words) -> Sequence[Place]:
        raise NotImplementedError

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ()

    def keep(self, reach: Reach, words: Words) -> Kept:
        parts = {}
        for place in self.places(reach, words):
            path = resolved(reach, place.path)
            parts[path] = msgspec.structs.replace(standing(reach, path), value=place.form)
        return Kept(there=True, value=self.name, parts=parts)

    def diff(self, reach: Reach, words: Words) -> list[tuple[str, str | None, str]]:
        found = []
        for place in self.places(reach, words):
            there = text_of(reach, place.path)
            wanted = place.wanted(there, words)
            if there != wanted:
                found.append((place.path, there, wanted))
        return found

    def write(self, reach: Reach, words: Words, before: Kept) -> None:
        for place in self.places(reach, words):
            path = resolved(reach, place.path)
            old = before.parts.get(path) or standing(reach, path)
            there = text_of(reach, path)
            wanted = place.wanted(there, words)
            if there != wanted:
                make_parents(reach, old.made)
                mode = old.mode if old.there else 0o644
                reach.write(path, as_bytes(wanted), mode=mode, uid=old.uid, gid=old.gid)

    def undo(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> None:
        here = {resolved(reach, place.path): place for place in self.places(reach, words)}
        for path, old in before.parts.items():
            now = reach.read(path)
            if now is None:
                if not old.there:
                    put_back(reach, path, old)
                continue
            if _untouched(now, path, old, after, here.get(path), words) or not old.value:
                put_back(reach, path, old)
            elif now != old.data:
                self._take_out(reach, path, old.value, text(old.data), words)
        for path, place in here.items():
            if path not in before.parts and place.form:
                self._take_out(reach, path, place.form, _sample(before, place.form), words)

    @staticmethod
    def _take_out(reach: Reach, path: str, form: str, before: str, words: Words) -> None:
        """From a file that others made or edited since."""
        there = standing(reach, path)
        wanted = FORMS[form].undone(text(there.data), before, words)
        if there.there and as_bytes(wanted) != there.data:
            reach.write(path, as_bytes(wanted), mode=there.mode, uid=there.uid, gid=there.gid)

    def conflict(self, reach: Reach, words: Words, before: Kept, after: Kept | None) -> str:
        here = {resolved(reach, place.path): place for place in self.places(reach, words)}
        for path, old in before.parts.items():
            now = reach.read(path)
            if old.value or now is None or now == old.data:
                continue
            if not _untouched(now, path, old, after, here.get(path), words):
                return f"{path} was changed since"
        return ""


def _untouched(now: bytes, path: str, old: Kept, after: Kept | None, place: Place | None, words: Words) -> bool:
    """Whether a file is as serai left it; `after` is not known where the run was killed."""
    if after is not None and path in after.parts:
        return now == after.parts[path].data
    if not old.there:
        return True  # it came with the run that was killed
    return place is not None and now == as_bytes(place.wanted(text(old.data), words))


def _sample(before: Kept, form: str) -> str:
    """What stood in a file of this form before: it tells our words from others' in an entry that is new."""
    return next((text(part.data) for part in before.parts.values() if part.value == form), "")


def standing(reach: Reach, path: str) -> Kept:
    """A file as it stands, behind links."""
    entry = reach.entry(path)
    if entry is None or entry.kind is not Kind.FILE:
        return Kept(made=missing_parents(reach, path))
    return Kept(there=True, data=reach.read(path) or b"", mode=entry.mode, uid=entry.uid, gid=entry.gid)


def resolved(reach: Reach, path: str) -> str:
    """Where the file of a path is, when the path is a link: RHEL 8's grubenv is one into the EFI partition."""
    for _ in range(LINKS):
        target = reach.target(path)
        if not target:
            break
        path = target if target.startswith("/") else _joined(path.rpartition("/")[0], target)
    return path


def _joined(directory: str, target: str) -> str:
    parts = directory.split("/")
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1] or [""]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def text_of(reach: Reach, path: str) -> str | None:
    data = reach.read(path)
    return None if data is None else text(data)


def text(data: bytes) -> str:
    """Every byte comes back by `as_bytes`."""
    return data.decode(errors="surrogateescape")


def as_bytes(words: str) -> bytes:
    return words.encode(errors="surrogateescape")
