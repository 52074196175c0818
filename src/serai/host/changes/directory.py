"""A directory with an owner and a mode."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import make_parents, missing_parents, remove_empty
from serai.host.changes.running import must
from serai.host.reach.contract import Entry, Kind, Reach
from serai.util.errors import Code, SeraiError


class MakeDirectory(Change, frozen=True, kw_only=True, tag="directory"):
    """`path`, made with the directories above it; one that is there gets the owner and the mode."""

    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0

    @property
    def subject(self) -> str:
        return self.path

    def title(self) -> str:
        return f"directory {self.path}, {_shown(self.mode, self.uid, self.gid)}"

    def holds(self, reach: Reach) -> bool:
        entry = reach.entry(self.path)
        return entry == Entry(Kind.DIRECTORY, self.mode, self.uid, self.gid)

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.path}: {_now(reach.entry(self.path))} -> {_shown(self.mode, self.uid, self.gid)}"]

    def before(self, reach: Reach) -> Kept:
        entry = reach.entry(self.path)
        if entry is None:
            return Kept(made=(*missing_parents(reach, self.path), self.path))
        return Kept(there=True, mode=entry.mode, uid=entry.uid, gid=entry.gid)

    def do(self, reach: Reach, before: Kept) -> None:
        entry = reach.entry(self.path)
        if entry is not None and entry.kind is not Kind.DIRECTORY:
            raise SeraiError(Code.REFUSED, f"{self.path} is there, and no directory", hint="name another path")
        if entry is None:
            make_parents(reach, before.made[:-1])
            reach.make_directory(self.path, mode=self.mode, uid=self.uid, gid=self.gid)
        else:
            own(reach, self.path, self.mode, self.uid, self.gid)

    def read_back(self, reach: Reach) -> Seen:
        now = _now(reach.entry(self.path))
        return Seen(State.DONE if self.holds(reach) else State.LOST, self.path, now)

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        inside = reach.names(self.path) or []
        if not before.there and inside:
            return f"{self.path} holds {min(inside)}, and would go"
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if before.there:
            if reach.has(self.path):
                own(reach, self.path, before.mode, before.uid, before.gid)
        else:
            remove_empty(reach, before.made)


def own(reach: Reach, path: str, mode: int, uid: int, gid: int) -> None:
    """Give what is there an owner and a mode; in this order, since a new owner takes the set-id bits away."""
    entry = reach.entry(path)
    if entry and (entry.uid, entry.gid) != (uid, gid):
        must(reach, "chown", f"{uid}:{gid}", path)
    must(reach, "chmod", f"{mode:05o}", path)  # five digits: with four, chmod leaves a directory's set-id bits


def _shown(mode: int, uid: int, gid: int) -> str:
    return f"{mode:04o} {uid}:{gid}"


def _now(entry: Entry | None) -> str:
    return "not there" if entry is None else _shown(entry.mode, entry.uid, entry.gid)
