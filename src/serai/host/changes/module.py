"""A parameter of a kernel module that is read when the module is loaded; modprobe.d has it for the next load."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.processes import using
from serai.host.facts.modules import NO
from serai.host.reach.contract import Reach

YES = ("Y", "1", "y")
DEVICE = "/dev/kvm"


class ModuleParameter(Change, frozen=True, kw_only=True, tag="module-parameter"):
    """`module`'s parameter `name` is to be `value`.

    Nothing is written: a drop-in of its own says it, and the module is loaded again when nobody uses it, after all
    changes and after their undo (`owes`). While guests hold it, this is pending.
    """

    module: str
    name: str
    value: str

    @property
    def path(self) -> str:
        return f"/sys/module/{self.module}/parameters/{self.name}"

    @property
    def subject(self) -> str:
        return self.path

    @property
    def owes(self) -> tuple[str, ...]:
        return (f"reload-{self.module}",)

    def title(self) -> str:
        return f"load {self.module} again with {self.name}={self.value}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or same(self._now(reach), self.value)

    def _now(self, reach: Reach) -> str:
        return (reach.read(self.path) or b"").decode(errors="replace").strip()

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.path}: {self._now(reach)} -> {self.value}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=reach.has(self.path), value=self._now(reach))

    def do(self, reach: Reach, before: Kept) -> None:
        """The follow-up does it, when the drop-in is there."""

    def read_back(self, reach: Reach) -> Seen:
        if not reach.live:
            return Seen(State.PENDING, self.path, "", "the next boot of this tree")
        now = self._now(reach)
        if same(now, self.value):
            return Seen(State.DONE, self.path, now)
        if holders := using(reach, self.module, DEVICE):
            who = ", ".join(holders[:3])
            return Seen(State.PENDING, self.path, now, f"the end of {who}; then modprobe -r {self.module}")
        return Seen(State.LOST, self.path, now, f"{self.value} was asked for")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """The follow-up does it, when the drop-in is gone."""


def same(one: str, other: str) -> bool:
    """Whether two texts say the same: modprobe.d has 1, the kernel shows Y."""
    return one == other or any(one in words and other in words for words in (YES, NO))
