"""Words of the kernel's command line: for the next boot and for the kernels that come, whatever tool writes them.

    KernelArguments(name="iommu", add=("intel_iommu=on", "iommu=pt"), remove=("amd_iommu=on",))

`name` is the tuning's; one change a tuning, with all of its words. A word of `remove` that ends in `=` stands for
every value: `remove=("hugepages=",), add=("hugepages=8",)` replaces what was there. Undo takes out only what
was added, and puts back what was removed. The boot tool is found by what is there (boot/known.py); what has to be
run afterwards is owed, and run once for all tunings of a run.
"""

from __future__ import annotations

from serai.host.boot.known import BY_NAME, tool_of
from serai.host.boot.tool import BootTool
from serai.host.boot.words import Words, split
from serai.host.changes.change import REBOOT, Change, Kept, Seen, State
from serai.host.changes.file import unified
from serai.host.changes.followup import by_hand
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach

NOW = "/proc/cmdline"


class KernelArguments(Change, frozen=True, kw_only=True, tag="kernel-arguments"):
    """`add` is on the command line, `remove` is not; made by `kernel_arguments`, which knows what it owes."""

    name: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    """What the boot tool wants to be run afterwards (followup.py)."""

    @property
    def subject(self) -> str:
        return f"the kernel's command line for {self.name}"

    def title(self) -> str:
        parts = [("with", self.add), ("without", self.remove)]
        said = ", ".join(f"{how} {' '.join(words)}" for how, words in parts if words)
        return f"the kernel's command line {said}"

    @property
    def words(self) -> Words:
        return Words(name=self.name, add=self.add, remove=self.remove)

    @property
    def owes(self) -> tuple[str, ...]:
        return self.runs

    def holds(self, reach: Reach) -> bool:
        self.words.check()
        return not tool_of(reach).diff(reach, self.words)

    def diff(self, reach: Reach) -> list[str]:
        """The line of the next boot, as it will be, and the edits of the files."""
        tool = tool_of(reach)
        found = [line for each in tool.diff(reach, self.words) for line in unified(*each)]
        coming = next(iter(tool.coming(reach)), None) or tool.kept(reach)
        if coming is not None and coming.text:
            found = [f"next boot: {self.words.edited(coming.text)}", *found]
        return found

    def before(self, reach: Reach) -> Kept:
        return tool_of(reach).keep(reach, self.words)

    def do(self, reach: Reach, before: Kept) -> None:
        self._tool(reach, before).write(reach, self.words, before)

    def after(self, reach: Reach) -> Kept:
        return tool_of(reach).keep(reach, self.words)

    def read_back(self, reach: Reach) -> Seen:
        tool = tool_of(reach)
        coming, kept = tool.coming(reach), tool.kept(reach)
        if not reach.live and self.runs and kept is not None and self.words.hold(kept.text):
            return Seen(
                State.PENDING,
                kept.path,
                f"next kernel {_with(self.words, kept)}",
                f"{by_hand(self.runs)} in {reach.name}",
            )
        return judged(self.words, running(reach), coming, kept)

    def rebooted(self, seen: Seen) -> Seen:
        return Seen(State.LOST, seen.read, seen.value, "the host was started anew, and the kernel did not get it")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return self._tool(reach, before).conflict(reach, self.words, before, after)

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        self._tool(reach, before).undo(reach, self.words, before, after)

    @staticmethod
    def _tool(reach: Reach, before: Kept) -> BootTool:
        """The one that it was done with."""
        return BY_NAME.get(before.value) or tool_of(reach)


def kernel_arguments(
    reach: Reach, name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> KernelArguments:
    """The change for this host. Raises SeraiError: no boot tool is known, or a word that is none."""
    change = KernelArguments(name=name, add=add, remove=remove, runs=tool_of(reach).owes(reach))
    change.words.check()
    return change


def running(reach: Reach) -> Reading | None:
    """The command line of the kernel that runs; None in a tree."""
    data = reach.read(NOW) if reach.live else None
    return None if data is None else Reading(NOW, data.decode(errors="replace").strip())


def judged(words: Words, now: Reading | None, coming: list[Reading], kept: Reading | None) -> Seen:
    """What three command lines come to: of this boot, of the next one, and of the next kernel."""
    following = coming[0] if coming else kept
    rows = [("now", now), ("next boot", following), ("next kernel", kept)]
    value = ", ".join(f"{when} {_with(words, line)}" for when, line in rows if line is not None)
    read = ", ".join(dict.fromkeys(line.path for _, line in rows if line is not None))
    if following is not None and not words.hold(following.text):
        if now is not None and words.hold(now.text):
            return Seen(State.LOST, read, value, "the next boot loses it")
        return Seen(State.LOST, read, value, f"{following.path} does not have it")
    loses = kept is not None and not words.hold(kept.text)
    why = f"the next kernel that is installed loses it: {kept.path} does not have it" if loses and kept else ""
    if now is not None and words.hold(now.text):
        return Seen(State.DONE, read, value, why)
    return Seen(State.PENDING, read, value, f"{REBOOT}; {why}" if why else REBOOT)


def _with(words: Words, line: Reading) -> str:
    """`with iommu=pt`, `without amd_iommu=on`: what counts of a line."""
    there = split(line.text)
    if missing := words.added(line.text):
        return f"without {' '.join(missing)}"
    if words.hold(line.text):
        return f"with {' '.join(words.add)}" if words.add else f"without {' '.join(words.remove)}"
    return f"with {' '.join(word for word in there if words.unwanted(word))}"
