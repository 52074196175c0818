"""Packages of the distribution: the missing ones are installed, and undo removes exactly what came with them."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.package_tools import TOOLS, Database, Tool, refusal
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError


class PackageInstall(Change, frozen=True, kw_only=True, tag="packages"):
    """`names` by the package manager `tool` (changes/package_tools.py), without what they only recommend.

    `data`: directories in which a person's work may lie that goes with the packages; undo is refused while they
    hold something. A trailing `*.xml` counts only such names.
    """

    tool: str
    names: tuple[str, ...]
    data: tuple[str, ...] = ()

    @property
    def _tool(self) -> Tool:
        return TOOLS[self.tool]

    @property
    def subject(self) -> str:
        return f"packages {' '.join(self.names)}"

    def title(self) -> str:
        return f"install {' '.join(self.names)}"

    def missing(self, reach: Reach) -> list[str]:
        return self._tool.database(reach).without(self.names)

    def holds(self, reach: Reach) -> bool:
        return not self.missing(reach)

    def diff(self, reach: Reach) -> list[str]:
        return [f"+{name}" for name in self.missing(reach)]

    def before(self, reach: Reach) -> Kept:
        """All that is installed, in `words`; in `value` those of which only configuration files are left."""
        found = self._tool.database(reach)
        return Kept(there=True, words=tuple(sorted(found.installed)), value=" ".join(sorted(found.kept)))

    def do(self, reach: Reach, before: Kept) -> None:
        tool, names = self._tool, self.missing(reach)
        if not names:
            return
        done = tool.run(reach, tool.install(names))
        if done.code not in tool.good and tool.refresh:
            fresh = tool.run(reach, tool.refresh)
            done = tool.run(reach, tool.install(names)) if fresh.ok else fresh
        if done.code not in tool.good:
            raise refusal(tool, names, done)

    def read_back(self, reach: Reach) -> Seen:
        missing = self.missing(reach)
        read = f"{self.tool}: {' '.join(self.names)}"
        if missing:
            return Seen(State.LOST, read, f"no {', '.join(missing)}", "somebody removed it")
        return Seen(State.DONE, read, "installed")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        ours = _ours(self._tool.database(reach), before, after)
        if not ours:
            return ""
        if others := self._tool.needing(reach, ours):
            return f"{', '.join(others)}, installed since, cannot stay without what serai installed"
        if holding := _held(reach, self.data):
            return f"{holding[0]} is there, and goes with the packages"
        if edited := self._tool.edited(reach, ours):
            return f"{edited[0]} was changed since, and goes with its package"
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """Where a person's work lies in `data` (undone by force), what the packages keep of it stays."""
        tool = self._tool
        ours = _ours(tool.database(reach), before, after)
        had_files = set(before.value.split())
        purge = not _held(reach, self.data)
        for names, fully in (
            ([name for name in ours if name not in had_files], purge),
            ([name for name in ours if name in had_files], False),
        ):
            if names and (done := tool.run(reach, tool.remove(names, fully))).code not in tool.good:
                raise _stuck(tool, done.stdout, done.stderr)


def _ours(now: Database, before: Kept, after: Kept | None) -> list[str]:
    """What this change brought and is still there; of a run that did not end: all that came since."""
    came = set(after.words) if after else now.installed
    return sorted((came - set(before.words)) & now.installed)


def _held(reach: Reach, places: tuple[str, ...]) -> list[str]:
    found = []
    for place in places:
        base, _, pattern = place.partition("/*")
        names = [name for name in reach.names(base) or () if name.endswith(pattern)]
        found += [f"{base}/{name}" for name in sorted(names)]
    return found


def _stuck(tool: Tool, *streams: str) -> SeraiError:
    said = [line.strip() for stream in streams for line in stream.splitlines() if line.strip()][-8:]
    cause = next((line for line in said if line.startswith("E:")), said[-1] if said else "no message")
    return SeraiError(Code.FAILED, f"{tool.program} did not remove the packages: {cause}", details=said)
