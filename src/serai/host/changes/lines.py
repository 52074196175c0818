"""Lines of our own in a file of the user's, for programs that read no drop-ins."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import kept_file, make_parents, put_back, unified
from serai.host.reach.contract import Reach


class AddLines(Change, frozen=True, kw_only=True, tag="lines"):
    """`lines` at the end of `path`, those that are not in it yet."""

    path: str
    lines: tuple[str, ...]
    mode: int = 0o644
    """Of a file that is not there yet."""
    waits: str = ""
    """`reboot`, `login`, `restart of UNIT`; empty: at once."""
    runs: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.path

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    def title(self) -> str:
        return f"add to {self.path}: {'; '.join(self.lines)}"

    def holds(self, reach: Reach) -> bool:
        return not self._missing(_text(reach, self.path))

    def _missing(self, text: str) -> list[str]:
        there = set(text.splitlines())
        return [line for line in self.lines if line not in there]

    def _with(self, text: str) -> str:
        missing = self._missing(text)
        start = f"{text}\n" if text and not text.endswith("\n") and missing else text
        return start + "".join(f"{line}\n" for line in missing)

    def diff(self, reach: Reach) -> list[str]:
        old = _text(reach, self.path)
        return unified(self.path, old if reach.has(self.path) else None, self._with(old))

    def before(self, reach: Reach) -> Kept:
        return kept_file(reach, self.path)

    def do(self, reach: Reach, before: Kept) -> None:
        make_parents(reach, before.made)
        mode = before.mode if before.there else self.mode
        new = self._with(_text(reach, self.path)).encode(errors="surrogateescape")
        reach.write(self.path, new, mode=mode, uid=before.uid, gid=before.gid)

    def read_back(self, reach: Reach) -> Seen:
        missing = self._missing(_text(reach, self.path))
        if missing:
            return Seen(State.LOST, self.path, f"without {missing[0]}", "somebody changed it")
        return Seen(State.PENDING if self.waits else State.DONE, self.path, "; ".join(self.lines), self.waits)

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """As it was, where nobody touched it since; else only our own lines are taken out."""
        now = _text(reach, self.path)
        old = before.data.decode(errors="surrogateescape")
        if now in (self._with(old), after.data.decode(errors="surrogateescape") if after else now, old):
            put_back(reach, self.path, before)
            return
        entry = reach.entry(self.path)
        if entry is None:
            return
        ours = set(self._missing(old))
        left = [line for line in now.splitlines(keepends=True) if line.rstrip("\n") not in ours]
        data = "".join(left).encode(errors="surrogateescape")
        reach.write(self.path, data, mode=entry.mode, uid=entry.uid, gid=entry.gid)


def _text(reach: Reach, path: str) -> str:
    return (reach.read(path) or b"").decode(errors="surrogateescape")
