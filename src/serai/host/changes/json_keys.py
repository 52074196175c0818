"""Keys of a JSON file that is the user's, and has no drop-ins: the least is edited, the rest keeps every byte."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import kept_file, make_parents, put_back, unified
from serai.host.changes.json_text import drop, put, value_of
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

_NOTHING = object()


class JsonKey(msgspec.Struct, frozen=True):
    """`value` at a path of keys: `("default-network-opts", "bridge", …)`."""

    path: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        return ".".join(self.path)


class JsonKeys(Change, frozen=True, kw_only=True, tag="json-keys"):
    """`file` with `keys`. Whether the program took them is read from what `asks` answers: `answer` is in it."""

    file: str
    keys: tuple[JsonKey, ...]
    runs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answer: str = ""
    waits: str = ""
    """What the program waits for while it does not answer so: `a restart of docker`."""

    @property
    def subject(self) -> str:
        return self.file

    def title(self) -> str:
        return f"set {', '.join(key.name for key in self.keys)} in {self.file}"

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    def holds(self, reach: Reach) -> bool:
        text = _text(reach, self.file)
        try:
            return all(_at(text, key.path) == key.value for key in self.keys)
        except ValueError:
            return False

    def diff(self, reach: Reach) -> list[str]:
        there = reach.has(self.file)
        return unified(self.file, _text(reach, self.file) if there else None, self._edited(reach))

    def _edited(self, reach: Reach) -> str:
        text = _text(reach, self.file)
        try:
            for key in self.keys:
                text = text if _at(text, key.path) == key.value else put(text, key.path, key.value)
        except ValueError as error:
            raise SeraiError(
                Code.INPUT,
                f"{self.file}: {error}",
                hint="repair it first: the program that reads it does not start either",
            ) from error
        return text if text.endswith("\n") or reach.has(self.file) else f"{text}\n"

    def before(self, reach: Reach) -> Kept:
        return kept_file(reach, self.file)

    def do(self, reach: Reach, before: Kept) -> None:
        make_parents(reach, before.made)
        mode, owner = (before.mode, (before.uid, before.gid)) if before.there else (0o644, (0, 0))
        reach.write(self.file, self._edited(reach).encode(), mode=mode, uid=owner[0], gid=owner[1])

    def read_back(self, reach: Reach) -> Seen:
        if not self.holds(reach):
            return Seen(State.LOST, self.file, "changed", "somebody changed it")
        said = self._said(reach)
        if said is None:
            return Seen(State.PENDING if self.waits else State.DONE, self.file, "as written", self.waits)
        if self.answer in said:
            return Seen(State.DONE, " ".join(self.asks), " ".join(said.split()))
        return Seen(State.PENDING, " ".join(self.asks), " ".join(said.split())[:80], self.waits)

    def _said(self, reach: Reach) -> str | None:
        """What the program says; None: it is not asked, or does not answer."""
        if not self.asks or not reach.live:
            return None
        try:
            done = reach.run(self.asks, timeout=10)
        except SeraiError:
            return None
        return done.stdout.strip() if done.ok else None

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        data = reach.read(self.file)
        if data is None or self._untouched(data, before, after):
            return ""
        text, old = data.decode(errors="replace"), _old_text(before)
        for key in self.keys:
            try:
                now = _at(text, key.path)
            except ValueError as error:
                return f"{self.file} was changed since: {error}"
            if now is not _NOTHING and now not in (key.value, _at(old, key.path)):
                return f"{self.file}: {key.name} is {now!r} now, which serai did not write"
        return ""

    @staticmethod
    def _untouched(data: bytes, before: Kept, after: Kept | None) -> bool:
        return data == before.data or (after is not None and data == after.data)

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """The file as it was; where others changed it since, only these keys are put back."""
        data = reach.read(self.file)
        if data is None:
            return
        text = data.decode(errors="replace")
        try:
            back = self._without(text, _old_text(before))
            mine = self._untouched(data, before, after) or (not before.there and value_of(back, ()) == {})
        except ValueError:
            mine = True
        if mine:
            put_back(reach, self.file, before)
            return
        entry = reach.entry(self.file)
        if back != text and entry:
            reach.write(self.file, back.encode(), mode=entry.mode, uid=entry.uid, gid=entry.gid)

    def _without(self, text: str, old: str) -> str:
        for key in reversed(self.keys):
            was = _at(old, key.path)
            if was is not _NOTHING:
                text = text if _at(text, key.path) == was else put(text, key.path, was)
                continue
            text = drop(text, key.path)
            for length in range(len(key.path) - 1, 0, -1):
                above = key.path[:length]
                if _at(text, above) == {} and _at(old, above) is _NOTHING:
                    text = drop(text, above)
        return text


def _text(reach: Reach, path: str) -> str:
    text = (reach.read(path) or b"").decode(errors="replace")
    return text if text.strip() else "{}"


def _old_text(before: Kept) -> str:
    text = before.data.decode(errors="replace")
    return text if text.strip() else "{}"


def _at(text: str, path: tuple[str, ...]) -> Any:
    try:
        return value_of(text, path)
    except KeyError:
        return _NOTHING
