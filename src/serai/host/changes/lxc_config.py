"""A configuration of LXC's, which has no drop-ins: old keys renamed, the first network on a bridge."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.file import kept_file, make_parents, put_back, unified
from serai.host.reach.contract import Reach
from serai.util import lxc_config as lxc


class LxcConfig(Change, frozen=True, kw_only=True, tag="lxc-config"):
    """`path` in the keys of today. LXC reads it when a container starts, so one that runs is not disturbed."""

    path: str
    bridge: str = ""
    """What the first network joins; empty: that is left as it is."""
    mtu: int = 0
    """Bytes of packets on its networks; 0: that is left as it is."""

    @property
    def subject(self) -> str:
        return self.path

    def title(self) -> str:
        if self.mtu:
            return f"packets of {self.mtu} bytes in {self.path}"
        return f"{f'join {self.bridge}' if self.bridge else 'rename old keys'} in {self.path}"

    def holds(self, reach: Reach) -> bool:
        text = _text(reach, self.path)
        return self._edited(text) == text

    def _edited(self, text: str) -> str:
        new = lxc.converted(text)
        new = lxc.joined(new, self.bridge) if self.bridge else new
        return lxc.sized(new, self.mtu) if self.mtu else new

    def diff(self, reach: Reach) -> list[str]:
        old = _text(reach, self.path)
        return unified(self.path, old if reach.has(self.path) else None, self._edited(old))

    def before(self, reach: Reach) -> Kept:
        return kept_file(reach, self.path)

    def do(self, reach: Reach, before: Kept) -> None:
        make_parents(reach, before.made)
        new = self._edited(_text(reach, self.path)).encode(errors="surrogateescape")
        mode = before.mode if before.there else 0o644
        reach.write(self.path, new, mode=mode, uid=before.uid, gid=before.gid)

    def read_back(self, reach: Reach) -> Seen:
        text = _text(reach, self.path)
        if old := lxc.old_line(text):
            return Seen(State.LOST, self.path, old, "somebody changed it")
        link = lxc.setting(text, lxc.LINK)
        if self.bridge and link != self.bridge:
            return Seen(State.LOST, self.path, f"{lxc.LINK} = {link}", "somebody changed it")
        if self.mtu and not self.holds(reach):
            return Seen(State.LOST, self.path, f"{lxc.MTU} = {lxc.setting(text, lxc.MTU)}", "somebody changed it")
        if self.mtu:
            return Seen(State.DONE, self.path, f"{lxc.MTU} = {self.mtu}", "a container has it from its next start")
        return Seen(State.DONE, self.path, f"{lxc.LINK} = {link}" if link else "keys of today")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = self.before(reach)
        known = [before.data, self._edited(_decoded(before.data)).encode(errors="surrogateescape")]
        if not now.there or now.data in (*known, *((after.data,) if after else ())):
            return ""
        return f"{self.path} was changed since"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """What went since, with its container, stays away."""
        if reach.has(self.path):
            put_back(reach, self.path, before)


def _text(reach: Reach, path: str) -> str:
    return _decoded(reach.read(path) or b"")


def _decoded(data: bytes) -> str:
    return data.decode(errors="surrogateescape")
