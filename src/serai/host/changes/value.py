"""A value of the running kernel: a file of sysfs or /proc/sys, read back to see what the kernel really took."""

from __future__ import annotations

import re

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach

_CHOSEN = re.compile(r"\[(\S+)\]")


class KernelValue(Change, frozen=True, kw_only=True, tag="kernel-value"):
    """`path` gets `value`. Of a choice, `always [madvise] never`, the word in brackets counts.

    A drop-in for the next boot is a change of its own. A tree of files has no running kernel: nothing to do there.
    """

    path: str
    value: str
    at_least: bool = False
    """A number that may be more: pages that others reserved too."""

    @property
    def subject(self) -> str:
        return self.path

    def title(self) -> str:
        return f"{self.path} = {self.value}"

    def holds(self, reach: Reach) -> bool:
        if not _runs(reach):
            return True
        return self._enough(_now(reach, self.path))

    def _enough(self, now: str) -> bool:
        if self.at_least and now.lstrip("-").isdigit():
            return int(now) >= int(self.value)
        return " ".join(now.split()) == " ".join(self.value.split())

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.path}: {_now(reach, self.path)} -> {self.value}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=reach.has(self.path), value=_now(reach, self.path))

    def do(self, reach: Reach, before: Kept) -> None:
        reach.put(self.path, self.value)

    def read_back(self, reach: Reach) -> Seen:
        now = _now(reach, self.path)
        if not _runs(reach):
            return Seen(State.PENDING, self.path, now, "the next boot of this tree")
        if self._enough(now):
            return Seen(State.DONE, self.path, now)
        return Seen(State.LOST, self.path, now, f"{self.value} was asked for")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = _now(reach, self.path)
        known = [self.value, before.value, after.value if after else self.value]
        if now in known or not reach.has(self.path):
            return ""
        return f"{self.path} is {now} now, neither {self.value} nor, as before, {before.value}"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if before.there and _runs(reach) and _now(reach, self.path) != before.value and reach.has(self.path):
            reach.put(self.path, before.value)


def _runs(reach: Reach) -> bool:
    return reach.live


def _now(reach: Reach, path: str) -> str:
    """The value; of a choice the chosen word; empty: there is none."""
    text = (reach.read(path) or b"").decode(errors="replace").strip()
    chosen = _CHOSEN.search(text)
    return chosen[1] if chosen else text
