"""How the running kernel was built: /proc/config.gz, or the file that its package leaves."""

from __future__ import annotations

import gzip
from functools import cached_property

from serai.host.facts.source import Source, Unknown

PACKED = "/proc/config.gz"


class KernelConfig:
    def __init__(self, source: Source, release: str) -> None:
        self._source = source
        self._release = release

    @cached_property
    def found(self) -> tuple[str, str]:
        """(file, its text). Raises Unknown when the kernel's build is told nowhere."""
        if self._source.has(PACKED):
            try:
                packed = self._source.reach.read(PACKED) or b""
                return PACKED, gzip.decompress(packed).decode(errors="replace")
            except (OSError, EOFError) as error:
                raise Unknown(f"cannot be read: {error}", PACKED) from error
        places = (f"/boot/config-{self._release}", f"/lib/modules/{self._release}/config")
        for path in places:
            if (seen := self._source.read(path)).there:
                return path, seen.text
        raise Unknown("the kernel's build is told nowhere", ", ".join((PACKED, *places)))

    @cached_property
    def options(self) -> dict[str, str]:
        """`CONFIG_VETH` without its prefix -> `y`, `m`, or a value; what is not set is not there."""
        lines = [line for line in self.found[1].splitlines() if line.startswith("CONFIG_")]
        return {key.removeprefix("CONFIG_"): value for key, _, value in (line.partition("=") for line in lines)}
