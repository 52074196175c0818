"""Files out of distribution packages, without installing them and without root: apt-get download, dpkg-deb -x."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from serai.util.errors import Code, SeraiError
from serai.util.process import Result, run, which


class Packages:
    """The packages of the host's own mirror, for one architecture, unpacked below `work`."""

    def __init__(self, work: Path, arch: str, progress: Callable[[str], None]) -> None:
        for program, package in (("apt-get", "apt"), ("apt-cache", "apt"), ("dpkg-deb", "dpkg")):
            which(program, package)
        self.tree = work / "tree"
        self._work = work
        self._arch = arch
        self._progress = progress
        self._private = False
        self.versions: dict[str, str] = {}
        """Package -> version, of all that was unpacked."""
        self.tree.mkdir(parents=True)
        if arch != run(["dpkg", "--print-architecture"]).stdout.strip():
            self._refresh()

    def _options(self) -> list[str]:
        options = ["-q", "-o", "APT::Sandbox::User=root"]
        if self._private:
            # A state of our own: the host's package lists stay as they are, and no root is needed.
            state = self._work / "apt"
            for name in ("lists/partial", "cache/archives/partial"):
                (state / name).mkdir(parents=True, exist_ok=True)
            (state / "status").touch()
            settings = {
                "APT::Architecture": self._arch,
                "APT::Architectures": self._arch,
                "Dir::State::lists": state / "lists",
                "Dir::State::status": state / "status",
                "Dir::Cache": state / "cache",
                "Acquire::Languages": "none",
            }
            options += [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        return options

    def _refresh(self) -> None:
        self._progress(f"reading the package lists for {self._arch}")
        self._private = True
        run(["apt-get", *self._options(), "update"], timeout=300)

    def _show(self, names: Iterable[str]) -> Result:
        return run(["apt-cache", *self._options(), "--no-all-versions", "show", *names], check=False)

    def first_known(self, candidates: Iterable[str]) -> str:
        """The first candidate that the mirror carries. Raises Code.MISSING."""
        names = list(candidates)
        for attempt in (1, 2):
            known = set(re.findall(r"^Package: (\S+)$", self._show(names).stdout, re.MULTILINE))
            if found := next((name for name in names if name in known), ""):
                return found
            if attempt == 1 and not self._private:
                self._refresh()
        raise SeraiError(
            Code.MISSING,
            f"the package mirror has none of {', '.join(names)} for {self._arch}",
            hint="run: sudo apt-get update; or see the sources in /etc/apt",
        )

    def with_libraries(self, names: Iterable[str]) -> list[str]:
        """The packages and the library packages that they depend on (names beginning with lib, or zlib)."""
        chosen: list[str] = []
        queue = list(names)
        while queue:
            text = self._show(queue).stdout
            chosen += [name for name in queue if name not in chosen]
            found: set[str] = set()
            for line in re.findall(r"^(?:Pre-)?Depends: (.*)$", text, re.MULTILINE):
                for clause in line.split(","):
                    name = clause.split("|")[0].split()[0].split(":")[0]
                    if re.match(r"lib|zlib", name) and name not in chosen:
                        found.add(name)
            queue = sorted(found)
        return chosen

    def depends(self, name: str, pattern: str) -> list[str]:
        """The dependencies of `name` that match the pattern, and those that these have in turn."""
        found: list[str] = []
        queue = [name]
        while queue:
            text = self._show(queue).stdout
            clauses = ",".join(re.findall(r"^Depends: (.*)$", text, re.MULTILINE)).split(",")
            words = dict.fromkeys(clause.split()[0] for clause in clauses if clause.split())
            queue = [word for word in words if re.match(pattern, word) and word not in found]
            found += queue
        return found

    def unpack(self, names: Iterable[str]) -> None:
        """Download (apt verifies their digests against the signed lists) and unpack into `tree`."""
        wanted = sorted(set(names) - set(self.versions))
        if not wanted:
            return
        self._progress(f"downloading {len(wanted)} packages")
        folder = self._work / "debs"
        folder.mkdir(exist_ok=True)
        done = run(["apt-get", *self._options(), "download", *wanted], cwd=folder, check=False)
        if not done.ok and not self._private:
            self._refresh()  # the host's lists are older than the mirror
            done = run(["apt-get", *self._options(), "download", *wanted], cwd=folder, check=False)
        if not done.ok:
            lines = [line for line in done.stderr.splitlines() if line.startswith("E:")]
            raise SeraiError(
                Code.NETWORK,
                f"the package mirror did not give {', '.join(wanted)}: {lines[0] if lines else 'no message'}",
                hint="run: sudo apt-get update",
                details=lines[1:],
            )
        for deb in sorted(folder.glob("*.deb")):
            run(["dpkg-deb", "-x", deb, self.tree])
            name, version, *_ = deb.name.removesuffix(".deb").split("_")
            self.versions[name] = version.replace("%3a", ":")
            deb.unlink()
