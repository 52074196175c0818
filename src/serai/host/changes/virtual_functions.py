"""Virtual functions of a PCI device (SR-IOV): how many the kernel makes of it now (HW-3).

Source: Linux, Documentation/PCI/pci-iov-howto.rst: a number other than 0 is taken only where there are none.
"""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

DEVICES = "/sys/bus/pci/devices"


class VirtualFunctions(Change, frozen=True, kw_only=True, tag="virtual-functions"):
    """`address` has `count` functions."""

    address: str
    count: int

    @property
    def subject(self) -> str:
        return f"{DEVICES}/{self.address}/sriov_numvfs"

    def title(self) -> str:
        return f"{self.address}: {self.count} virtual functions"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or self._now(reach) == str(self.count)

    def _now(self, reach: Reach) -> str:
        return (reach.read(self.subject) or b"").decode().strip()

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.subject}: {self._now(reach) or 'not there'} -> {self.count}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=reach.has(self.subject), value=self._now(reach))

    def do(self, reach: Reach, before: Kept) -> None:
        self._make(reach, str(self.count))

    def _make(self, reach: Reach, count: str) -> None:
        if self._now(reach) == count:
            return
        if taken := self._given(reach):
            raise SeraiError(
                Code.BUSY,
                f"{reach.name}: {taken} is with vfio-pci: a guest may have it",
                hint=f"serai host undo passthrough-{taken}",
            )
        if self._now(reach) != "0":
            reach.put(self.subject, "0")
        if count != "0":
            reach.put(self.subject, count)

    def _given(self, reach: Reach) -> str:
        """A function that vfio-pci has; empty: none."""
        place = f"{DEVICES}/{self.address}"
        links = [name for name in reach.names(place) or () if name.startswith("virtfn")]
        functions = sorted(reach.target(f"{place}/{name}").rpartition("/")[2] for name in links)
        drivers = {each: reach.target(f"{DEVICES}/{each}/driver").rpartition("/")[2] for each in functions}
        return next((each for each, driver in drivers.items() if driver == "vfio-pci"), "")

    def read_back(self, reach: Reach) -> Seen:
        now = self._now(reach)
        if not reach.live:
            return Seen(State.PENDING, self.subject, now, "the next boot of this tree")
        if now == str(self.count):
            return Seen(State.DONE, self.subject, now)
        return Seen(State.LOST, self.subject, now or "not there", f"{self.count} were asked for")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        if not reach.live or not reach.has(self.subject):
            return ""
        if self._now(reach) not in (str(self.count), "0", before.value):
            return f"{self.subject} is {self._now(reach)} now, neither {self.count} nor, as before, {before.value}"
        taken = self._given(reach)
        return f"{taken}, a function of it, is with vfio-pci" if taken and self._now(reach) != before.value else ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if before.there and reach.live and reach.has(self.subject):
            self._make(reach, before.value)
