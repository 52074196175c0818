"""What runs and what is started at boot: from /proc and the links of units, with or without systemd."""

from __future__ import annotations

from functools import cached_property

from serai.host.facts.source import Source, Unknown

UNITS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")


class Services:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def running(self) -> dict[str, int]:
        """Name of a process, as the kernel has it (15 bytes) -> one of its ids. Raises Unknown."""
        found: dict[str, int] = {}
        for name in self._source.names("/proc"):
            if name.isdigit() and (comm := self._source.read(f"/proc/{name}/comm")).there:
                found.setdefault(comm.text, int(name))
        if not found:
            raise Unknown("no process is to be seen there", "/proc")
        return found

    def runs(self, name: str) -> bool:
        return name[:15] in self.running

    def command(self, name: str) -> list[str]:
        """The words that a running program was started with; empty: it does not run."""
        pid = self.running.get(name[:15])
        return self._source.read(f"/proc/{pid}/cmdline").text.strip("\0").split("\0") if pid else []

    def enabled(self, unit: str) -> bool:
        """Whether systemd starts it at boot: some target or socket wants it."""
        base = UNITS[0]
        return any(
            self._source.has(f"{base}/{name}/{unit}")
            for name in self._source.names(base)
            if name.endswith((".wants", ".requires"))
        )

    def installed(self, unit: str) -> bool:
        return any(self._source.has(f"{place}/{unit}") for place in UNITS)
