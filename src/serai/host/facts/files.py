"""The facts of a host as files, for the rules that providers share (providers/host_files.py)."""

from __future__ import annotations

from serai.host.facts.source import Source


class FilesOf:
    """What a source reads. Raises Unknown, as it does."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def text(self, path: str) -> str:
        return self._source.read(path).text

    def names(self, path: str) -> list[str]:
        return self._source.names(path)

    def has(self, path: str) -> bool:
        return self._source.has(path)

    def target(self, path: str) -> str:
        return self._source.reach.target(path)

    def opens(self, path: str) -> bool:
        """By its owner, group and mode. Source: path_resolution(7); lists of access rights are not looked at."""
        said = self._source.ask("owner", path)
        if said == "absent":
            return False
        owner, group, mode = said.split()
        user, *groups = self._source.ask("user").split()
        if user == "0":
            return True
        shift = 6 if user == owner else 3 if group in groups else 0
        return int(mode, 8) >> shift & 6 == 6
