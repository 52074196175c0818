"""Huge pages of one size on one node, now: the kernel may give fewer than it is asked for (MEM-3).

Source: Linux, Documentation/admin-guide/mm/hugetlbpage.rst; mm/hugetlb.c for what it logs.
"""

from __future__ import annotations

import re

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import SeraiError
from serai.util.units import KIB, format_size

NODES = "/sys/devices/system/node"
POOLS = "/sys/kernel/mm/hugepages"
COMPACT = "/proc/sys/vm/compact_memory"
_FAILED = re.compile(r"HugeTLB: .*failed.*")


class HugePages(Change, frozen=True, kw_only=True, tag="huge-pages"):
    """`count` pages of `size` bytes on `node`; -1 is a host without NUMA. Those of others are counted in."""

    size: int
    count: int
    node: int = -1
    at_least: bool = True
    """More than that stay; False: pages of an earlier run of ours are given back."""
    at_boot: str = ""
    """The word of the kernel's command line that asks for them too: what cannot be had now comes with it."""

    @property
    def path(self) -> str:
        place = POOLS if self.node < 0 else f"{NODES}/node{self.node}/hugepages"
        return f"{place}/hugepages-{self.size // KIB}kB/nr_hugepages"

    @property
    def subject(self) -> str:
        return self.path

    @property
    def _where(self) -> str:
        return f" on node {self.node}" if self.node >= 0 else ""

    def title(self) -> str:
        return f"reserve {self.count} pages of {format_size(self.size)}{self._where}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or self._enough(self._now(reach))

    def _enough(self, now: int) -> bool:
        return now >= self.count if self.at_least else now == self.count

    def _now(self, reach: Reach) -> int:
        return int((reach.read(self.path) or b"0").strip() or 0)

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.path}: {self._now(reach)} -> {self.count}"]

    def before(self, reach: Reach) -> Kept:
        return Kept(there=reach.has(self.path), value=str(self._now(reach)))

    def do(self, reach: Reach, before: Kept) -> None:
        """Ask once, and again when memory was compacted: free memory in pieces is no huge page."""
        reach.put(self.path, str(self.count))
        if not self._enough(self._now(reach)) and reach.has(COMPACT):
            reach.put(COMPACT, "1")
            reach.put(self.path, str(self.count))

    def read_back(self, reach: Reach) -> Seen:
        if not reach.live:
            return Seen(State.PENDING, self.path, "", "the next boot of this tree")
        now = self._now(reach)
        if self._enough(now):
            return Seen(State.DONE, self.path, str(now))
        gave = f"the kernel gave {now} of {self.count} pages{self._where}"
        if self.at_boot and not self._asked_at_boot(reach):
            return Seen(State.PENDING, self.path, str(now), f"reboot: {gave} while it runs")
        return Seen(
            State.LOST, self.path, str(now), "; ".join(filter(None, (gave, self._log(reach), self._way_out())))
        )

    def _asked_at_boot(self, reach: Reach) -> bool:
        return self.at_boot in (reach.read("/proc/cmdline") or b"").decode(errors="replace").split()

    def _way_out(self) -> str:
        if self.at_boot:
            return "ask for fewer on this node: serai host tune hugepages --for SIZE --page-size 1GiB"
        return "right after a reboot there is more in one piece; serai host undo hugepages gives them back"

    def _log(self, reach: Reach) -> str:
        """What the kernel said of pages of this size that it could not make; empty: nothing is to be found."""
        try:
            said = reach.run(("dmesg",), timeout=5)
        except SeraiError:
            return ""
        size = f"{self.size / (1 << 30):.2f} GiB" if self.size >= 1 << 30 else f"{self.size / (1 << 20):.2f} MiB"
        node = f"node{self.node}" if self.node >= 0 else ""
        lines = [
            found[0]
            for line in said.stdout.splitlines()
            if (found := _FAILED.search(line)) and size in line and node in line
        ]
        return " ".join(lines[-1].split()).rstrip(".") if lines else ""

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        """More than anybody of us asked for; fewer is the kernel's doing."""
        known = [int(before.value or 0), self.count, int(after.value or 0) if after else 0]
        now = self._now(reach)
        if not reach.live or now <= max(known):
            return ""
        return f"{self.path} is {now} now, more than {self.count}: somebody reserved pages there since"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if reach.live and before.there and reach.has(self.path) and str(self._now(reach)) != before.value:
            reach.put(self.path, before.value)
