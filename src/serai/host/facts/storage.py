"""File systems and block devices below the places where machines keep their disks."""

from __future__ import annotations

import re
from functools import cached_property

from serai.host.facts.source import Reading, Source, Unknown

POOLS = ("/var/lib/libvirt/images", "/var/lib/serai", "/var/lib/docker", "/var/lib/containers")
BLOCKS = "/sys/block"
_VIRTUAL = ("loop", "ram", "zram", "dm-", "md", "sr", "fd")


class Storage:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def mounts(self) -> dict[str, str]:
        """Where -> kind of file system. Raises Unknown."""
        reading = self._source.read("/proc/mounts")
        if not reading.there:
            raise Unknown("there is none", "/proc/mounts")
        return {words[1]: words[2] for line in reading.lines if len(words := line.split()) > 2}

    @cached_property
    def pools(self) -> list[str]:
        """The places for disks that are there, serai's own first."""
        from serai.util import paths

        own = [str(paths.home())] if self._source.is_here else []
        return [path for path in (*own, *POOLS) if self._source.has(path)]

    def kind(self, path: str) -> tuple[str, str]:
        """(mount point, kind of file system) of a path."""
        above = [path, *(path[: match.start()] or "/" for match in reversed(list(re.finditer("/", path))))]
        for place in above:
            if place in self.mounts:
                return place, self.mounts[place]
        raise Unknown("no mount leads there", path)

    @cached_property
    def disks(self) -> list[str]:
        """Names of block devices that hardware or a hypervisor gives."""
        return [name for name in self._source.names(BLOCKS) if not name.startswith(_VIRTUAL)]

    def queue(self, disk: str, name: str) -> Reading:
        return self._source.read(f"{BLOCKS}/{disk}/queue/{name}")
