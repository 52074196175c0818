"""A file system that is mounted now; what mounts it at the next boot is a change of its own (MEM-4)."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import make_parents, missing_parents, remove_empty
from serai.host.changes.running import must
from serai.host.reach.contract import Reach

MOUNTS = "/proc/mounts"


class Mount(Change, frozen=True, kw_only=True, tag="mount"):
    """`kind` at the directory `where`, made for it, with `options` as mount(8) takes them."""

    kind: str
    where: str
    options: str = ""
    runs: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"mount {self.where}"

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    def title(self) -> str:
        return f"mount {self.kind} at {self.where}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or bool(self._mounted(reach))

    def _mounted(self, reach: Reach) -> str:
        """Its line of /proc/mounts, the last one; empty: it is not mounted."""
        found = ""
        for line in (reach.read(MOUNTS) or b"").decode(errors="replace").splitlines():
            words = line.split()
            if len(words) > 3 and words[1] == self.where and words[2] == self.kind:
                found = line
        return found

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.where}: not mounted -> {self.kind} {self.options}".rstrip()]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=bool(self._mounted(reach)), made=missing_parents(reach, f"{self.where}/x"))

    def do(self, reach: Reach, before: Kept) -> None:
        make_parents(reach, before.made)
        if not self._mounted(reach):
            options = ("-o", self.options) if self.options else ()
            must(reach, "mount", "-t", self.kind, *options, self.kind, self.where)

    def read_back(self, reach: Reach) -> Seen:
        if not reach.live:
            return Seen(State.PENDING, self.where, "", "the next boot of this tree")
        found = self._mounted(reach)
        return Seen(State.DONE if found else State.LOST, MOUNTS, found or f"nothing at {self.where}")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if not before.there and self._mounted(reach) and reach.live:
            must(reach, "umount", self.where)
        remove_empty(reach, before.made)
