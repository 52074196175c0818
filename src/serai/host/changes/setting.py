"""A setting that a program keeps: one command tells it, another one sets it, a third takes it away."""

from __future__ import annotations

import re

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import kept, put_back
from serai.host.changes.running import must
from serai.host.reach.contract import Reach


class ProgramSetting(Change, frozen=True, kw_only=True, tag="program-setting"):
    """`ask` prints what `shows` finds in its first group; nothing found: it is not set."""

    name: str
    """For people: `profile of tuned`."""
    value: str
    ask: tuple[str, ...]
    shows: str
    set: tuple[str, ...]
    """`{}` stands for the value."""
    unset: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Where the program keeps it, and with it how it came to it: they are put back as they were."""

    @property
    def subject(self) -> str:
        return self.name

    def title(self) -> str:
        return f"{self.name} = {self.value}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or self._now(reach) == self.value

    def _now(self, reach: Reach) -> str:
        """What is set; a program that fails because nothing is set says so by its exit code."""
        said = reach.run(self.ask)
        found = re.search(self.shows, said.stdout, re.MULTILINE)
        return found[1].strip() if found else ""

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.name}: {self._now(reach) or 'none'} -> {self.value}"]

    def before(self, reach: Reach) -> Kept:
        parts = {path: kept(reach, path) for path in self.files}
        return Kept(value=self._now(reach) if reach.live else "", parts=parts)

    def do(self, reach: Reach, before: Kept) -> None:
        self._write(reach, self.value)

    def _write(self, reach: Reach, value: str) -> None:
        argv = self.set if value else self.unset
        if argv:
            must(reach, *(word.replace("{}", value) for word in argv))

    def read_back(self, reach: Reach) -> Seen:
        shown = " ".join(self.ask)
        if not reach.live:
            return Seen(State.PENDING, shown, "", "a run on the host itself")
        now = self._now(reach)
        if now == self.value:
            return Seen(State.DONE, shown, now)
        return Seen(State.LOST, shown, now or "none", f"{self.value} was asked for")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        if not reach.live:
            return ""
        now = self._now(reach)
        if now in (self.value, before.value):
            return ""
        return f"{self.name} is {now or 'none'} now, neither {self.value} nor, as before, {before.value or 'none'}"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if reach.live and self._now(reach) != before.value:
            self._write(reach, before.value)
        for path, part in before.parts.items():
            if kept(reach, path) != part:
                put_back(reach, path, part)
