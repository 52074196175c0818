"""A file of our own, written whole: a drop-in where the program reads one."""

from __future__ import annotations

import difflib
import re

from serai.host.changes.change import REBOOT, Change, Kept, Seen, State
from serai.host.reach.contract import Kind, Reach
from serai.util.errors import Code, SeraiError

_DRAFT = re.compile("[0-9a-f]+")
"""How reach/ ends the name of a file that is not whole yet."""


class WriteFile(Change, frozen=True, kw_only=True, tag="write-file"):
    """`path` with `text`. `runs`: what makes the host read it (followup.py)."""

    path: str
    text: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    runs: tuple[str, ...] = ()
    waits: str = ""
    """`reboot`, `login`, `restart of UNIT`; empty: at once."""

    @property
    def subject(self) -> str:
        return self.path

    def title(self) -> str:
        return f"write {self.path}"

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    def holds(self, reach: Reach) -> bool:
        return _same(self.before(reach), self._wanted())

    def _wanted(self) -> Kept:
        return Kept(there=True, data=self.text.encode(), mode=self.mode, uid=self.uid, gid=self.gid)

    def diff(self, reach: Reach) -> list[str]:
        old = self.before(reach)
        return unified(self.path, old.data.decode(errors="replace") if old.there else None, self.text)

    def before(self, reach: Reach) -> Kept:
        return kept(reach, self.path)

    def do(self, reach: Reach, before: Kept) -> None:
        make_parents(reach, before.made)
        reach.write(self.path, self.text.encode(), mode=self.mode, uid=self.uid, gid=self.gid)

    def read_back(self, reach: Reach) -> Seen:
        if not self.holds(reach):
            return Seen(
                State.LOST, self.path, "changed" if reach.has(self.path) else "not there", "somebody changed it"
            )
        return Seen(State.PENDING if self.waits else State.DONE, self.path, "as written", self.waits)

    def rebooted(self, seen: Seen) -> Seen:
        """What the file says is read at boot; that it stands as written is all that it shows."""
        return Seen(State.DONE, seen.read, seen.value) if self.waits == REBOOT else seen

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = self.before(reach)
        if any(_same(now, each) for each in (before, self._wanted(), after) if each is not None):
            return ""
        return f"{self.path} was changed since" if now.there else f"{self.path} was removed since"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        put_back(reach, self.path, before)


def kept(reach: Reach, path: str) -> Kept:
    """A file or a link as it stands, and the directories that there are not yet."""
    entry = reach.entry(path)
    if entry is None:
        return Kept(made=missing_parents(reach, path))
    if entry.kind is Kind.LINK:
        return Kept(there=True, target=reach.target(path))
    return Kept(there=True, data=reach.read(path) or b"", mode=entry.mode, uid=entry.uid, gid=entry.gid)


def kept_file(reach: Reach, path: str) -> Kept:
    """As `kept`, of a file of the user's that is edited; raises SeraiError (Code.REFUSED) for a link."""
    there = kept(reach, path)
    if there.target:
        raise SeraiError(Code.REFUSED, f"{path} is a link to {there.target}", hint="edit that by hand")
    return there


def put_back(reach: Reach, path: str, before: Kept) -> None:
    """What `kept` found, without the directories that were made for it and are empty again."""
    sweep(reach, path)
    if before.target:
        reach.link(path, before.target)
    elif before.there:
        reach.write(path, before.data, mode=before.mode, uid=before.uid, gid=before.gid)
    else:
        reach.remove(path)
        remove_empty(reach, before.made)


def sweep(reach: Reach, path: str) -> None:
    """Remove what a write that was killed has left beside a file: `.NAME.HEX`. The host's lock is held."""
    place, _, name = path.rpartition("/")
    for each in reach.names(place) or ():
        if each.startswith(f".{name}.") and _DRAFT.fullmatch(each[len(name) + 2 :]):
            reach.remove(f"{place}/{each}")


def missing_parents(reach: Reach, path: str) -> tuple[str, ...]:
    """Directories above a path that are not there, the outermost first."""
    found: list[str] = []
    above = path.rpartition("/")[0]
    while above and not reach.has(above):
        found.insert(0, above)
        above = above.rpartition("/")[0]
    return tuple(found)


def make_parents(reach: Reach, made: tuple[str, ...]) -> None:
    for place in made:
        if not reach.has(place):
            reach.make_directory(place)


def remove_empty(reach: Reach, made: tuple[str, ...]) -> None:
    """The innermost first; one that holds something stays."""
    for place in reversed(made):
        if reach.names(place) == []:
            reach.remove(place)


def _same(one: Kept, other: Kept) -> bool:
    parts = [(each.there, each.data, each.mode, each.uid, each.gid, each.target) for each in (one, other)]
    return parts[0] == parts[1]


def unified(path: str, old: str | None, new: str | None) -> list[str]:
    """As `diff -u` shows it; None is a file that is not there."""
    names = ("/dev/null" if old is None else path, "/dev/null" if new is None else path)
    lines = difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), *names, lineterm="", n=2)
    return list(lines)
