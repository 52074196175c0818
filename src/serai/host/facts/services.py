"""What runs and what is started at boot: from /proc and the links of units, with or without systemd."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from serai.host.facts.source import Source, Unknown

UNITS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")


class Services:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _processes(self) -> dict[str, list[int]]:
        """Name of a process, as the kernel has it (15 bytes) -> its ids. Raises Unknown."""
        found: dict[str, list[int]] = {}
        for name in self._source.names("/proc"):
            if name.isdigit() and (comm := self._source.read(f"/proc/{name}/comm")).there:
                found.setdefault(comm.text, []).append(int(name))
        if not found:
            raise Unknown("no process is to be seen there", "/proc")
        return found

    def runs(self, name: str) -> bool:
        """Whether a process of that name lives; one that has ended, and that nobody took note of, has no words."""
        return any(words is None or words for words in self._words(name))

    def _words(self, name: str) -> Iterator[list[str] | None]:
        for pid in self._processes.get(name[:15], ()):
            seen = self._source.read(f"/proc/{pid}/cmdline")
            yield seen.text.strip("\0").split("\0") if seen.text else [] if seen.there else None

    def command(self, name: str) -> list[str]:
        """The words that a running program was started with; empty: it does not run."""
        return next((words for words in self._words(name) if words), [])

    def enabled(self, unit: str) -> bool:
        """Whether systemd starts it at boot: some target or socket wants it."""
        base = UNITS[0]
        return any(
            self._source.has(f"{base}/{name}/{unit}")
            for name in self._source.names(base)
            if name.endswith((".wants", ".requires"))
        )

    @property
    def systemd(self) -> bool:
        """Whether it starts them here: in a tree, that it would is taken for granted."""
        return not self._source.live or self._source.has("/run/systemd/system")

    def installed(self, unit: str) -> bool:
        return any(self._source.has(f"{place}/{unit}") for place in UNITS)
