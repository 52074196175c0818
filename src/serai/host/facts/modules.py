"""Kernel modules: loaded or built in, their parameters now, and their options at the next load."""

from __future__ import annotations

from functools import cached_property

from serai.host.facts.source import Reading, Source

PLACES = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d")
NO = ("N", "0", "n")
"""What switches a parameter off. Source: Linux, lib/kstrtox.c, kstrtobool."""
NOTHING = ("/bin/false", "/usr/bin/false", "/bin/true", "/usr/bin/true", ":")
"""Commands behind `install NAME` that load nothing."""


class Modules:
    """By name; `-` and `_` are the same."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def release(self) -> str:
        """Of the running kernel; in a tree of files of its only kernel."""
        running = self._source.read("/proc/sys/kernel/osrelease").text
        there = self._source.names("/lib/modules") or self._source.names("/usr/lib/modules")
        return running or (there[-1] if there else "")

    def loaded(self, name: str) -> bool:
        """Loaded, or built in with something to show."""
        return self._source.has(f"/sys/module/{_plain(name)}")

    def parameter(self, module: str, name: str) -> Reading:
        return self._source.read(f"/sys/module/{_plain(module)}/parameters/{name}")

    def _index(self, name: str) -> Reading:
        return self._source.read(f"/lib/modules/{self.release}/{name}")

    @cached_property
    def indexed(self) -> bool:
        """Whether the running kernel's list of modules is there: without it nothing can be said to be missing."""
        return self._index("modules.builtin").there

    def built_in(self, name: str) -> bool:
        return f"/{_plain(name)}.ko" in _plain(self._index("modules.builtin").text)

    def file(self, name: str) -> bool:
        """Whether there is a file to load it from."""
        return f"/{_plain(name)}.ko" in _plain(self._index("modules.dep").text)

    @cached_property
    def configuration(self) -> list[tuple[str, str]]:
        """(file, line) of modprobe.d, without comments. Of files of one name the first place's counts."""
        places = {name: f"{place}/{name}" for place in reversed(PLACES) for name in self._source.names(place)}
        found = []
        for name in sorted(places):
            if name.endswith(".conf"):
                reading = self._source.read(places[name])
                found += [(reading.path, line.strip()) for line in reading.lines if _says(line)]
        return found

    def options(self, module: str) -> list[tuple[str, str]]:
        """(file, options) that are given to it at its next load."""
        return [
            (path, " ".join(words[2:]))
            for path, line in self.configuration
            if len(words := line.split()) > 2 and words[0] == "options" and _plain(words[1]) == _plain(module)
        ]

    def option(self, module: str, name: str) -> list[tuple[str, str]]:
        """(file, value) of a parameter at its next load, the last one last; a bare name has an empty value."""
        found = []
        for path, options in self.options(module):
            for word in options.split():
                key, _, value = word.partition("=")
                if _plain(key) == _plain(name):
                    found.append((path, value))
        return found

    def forbidden(self, module: str) -> tuple[str, str]:
        """(file, line) that lets modprobe load nothing in its place; both empty: it may be loaded.

        `blacklist` does not: it only keeps a module from being loaded for a device. Source: modprobe.d(5).
        """
        for path, line in self.configuration:
            words = line.split()
            if words[0] == "install" and _plain(words[1]) == _plain(module) and words[-1] in NOTHING:
                return path, line
        return "", ""


def _plain(name: str) -> str:
    return name.replace("-", "_")


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
