"""Package managers of distributions: what is installed, install without questions, remove exactly what is named.

Sources: apt-get(8), dpkg-query(1), dnf(8), rpm(8), zypper(8), pacman(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

PATIENCE = 300
"""Seconds to wait for another run of the package manager."""
BUDGET = 3600
"""Seconds for a download and an installation."""


class Database(msgspec.Struct, frozen=True):
    """Names as the package manager takes them; `kept` are packages of which only configuration files are left."""

    installed: frozenset[str]
    kept: frozenset[str] = frozenset()

    def without(self, names: Iterable[str]) -> list[str]:
        """Those that are not installed, of no architecture."""
        there = set(map(plain, self.installed))
        return [name for name in names if name not in there]


class Tool:
    """One package manager. Each call asks the host anew."""

    name: str
    program: str
    by_hand: str
    """What a person types: `apt-get install`."""
    refresh: tuple[str, ...] = ()
    """Fetches the lists of packages; empty: installing does that itself."""
    good: tuple[int, ...] = (0,)
    """Exit codes of what was done."""

    def database(self, reach: Reach) -> Database:
        raise NotImplementedError

    def install(self, names: Sequence[str]) -> list[str]:
        raise NotImplementedError

    def remove(self, names: Sequence[str], purge: bool) -> list[str]:
        """`purge`: with their configuration files, where the package manager would leave them."""
        raise NotImplementedError

    def needing(self, reach: Reach, names: Sequence[str]) -> list[str]:
        """Packages that cannot stay when these go."""
        raise NotImplementedError

    def edited(self, reach: Reach, names: Sequence[str]) -> list[str]:
        """Configuration files of these packages that somebody changed, and that removing them would destroy."""
        return []

    def run(self, reach: Reach, argv: Sequence[str]) -> Result:
        return reach.run(argv, timeout=BUDGET)


class Apt(Tool):
    name = "apt"
    program = "apt-get"
    by_hand = "apt-get install"
    _quiet = (
        *("env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C"),
        *("apt-get", "-q", "-y", "-o", f"DPkg::Lock::Timeout={PATIENCE}", "-o", "APT::Get::AutomaticRemove=false"),
    )
    refresh = (*_quiet, "update")
    _configure = (
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "LC_ALL=C",
        "dpkg",
        "--force-confold",
        "--configure",
        "-a",
    )

    def run(self, reach: Reach, argv: Sequence[str]) -> Result:
        """Also after a run that was killed: dpkg wants to end that one first."""
        done = super().run(reach, argv)
        if done.code != 0 and "dpkg --configure -a" in done.stdout + done.stderr:
            super().run(reach, self._configure)
            done = super().run(reach, argv)
        return done

    def database(self, reach: Reach) -> Database:
        """Of a tree of files: from dpkg's own file. Source: dpkg(1), /var/lib/dpkg/status."""
        if not reach.live:
            text = (reach.read("/var/lib/dpkg/status") or b"").decode(errors="replace")
            return Database(
                frozenset(re.findall(r"^Package: (\S+)\nStatus: \S+ \S+ installed$", text, re.MULTILINE))
            )
        done = reach.run(("dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\\n"))
        words = [line.split() for line in done.stdout.splitlines()]
        rows = [(each[0], each[1]) for each in words if len(each) == 2]
        return Database(
            frozenset(name for name, state in rows if state not in ("config-files", "not-installed")),
            frozenset(name for name, state in rows if state == "config-files"),
        )

    def install(self, names: Sequence[str]) -> list[str]:
        keep = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
        return [*self._quiet, *keep, "--no-install-recommends", "install", *names]

    def remove(self, names: Sequence[str], purge: bool) -> list[str]:
        return [*self._quiet, "purge" if purge else "remove", *names]

    def needing(self, reach: Reach, names: Sequence[str]) -> list[str]:
        done = reach.run(("apt-get", "-q", "-s", "-o", "APT::Get::AutomaticRemove=false", "remove", *names))
        goes = re.findall(r"^(?:Remv|Purg) (\S+)", done.stdout, re.MULTILINE)
        return sorted(set(map(plain, goes)) - set(map(plain, names)))

    def edited(self, reach: Reach, names: Sequence[str]) -> list[str]:
        done = reach.run(("dpkg", "--verify", *names))
        return re.findall(r"^\S+\s+c (/\S+)", done.stdout, re.MULTILINE)


class _Rpm(Tool):
    """What dnf and zypper share."""

    def database(self, reach: Reach) -> Database:
        done = reach.run(("rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\\n"))
        return Database(frozenset(line for line in done.stdout.split() if not line.startswith("gpg-pubkey")))

    def needing(self, reach: Reach, names: Sequence[str]) -> list[str]:
        done = reach.run(("rpm", "-e", "--test", *names))
        return sorted(set(re.findall(r"is needed by \(installed\) (\S+)", done.stderr)))


class Dnf(_Rpm):
    """dnf 4 and 5; both wait for another run by themselves."""

    name = "dnf"
    program = "dnf"
    by_hand = "dnf install"

    def install(self, names: Sequence[str]) -> list[str]:
        return ["dnf", "-y", "--setopt=install_weak_deps=False", "install", *names]

    def remove(self, names: Sequence[str], purge: bool) -> list[str]:
        return ["dnf", "-y", "--setopt=clean_requirements_on_remove=False", "remove", *names]


class Zypper(_Rpm):
    name = "zypper"
    program = "zypper"
    by_hand = "zypper install"
    good = (0, 102, 103, 107)
    """Also: a reboot is advised, zypper was updated itself, a script of a package failed. Source: zypper(8)."""
    _quiet = ("env", f"ZYPP_LOCK_TIMEOUT={PATIENCE}", "LC_ALL=C", "zypper", "--non-interactive")

    def install(self, names: Sequence[str]) -> list[str]:
        return [*self._quiet, "install", "--no-recommends", *names]

    def remove(self, names: Sequence[str], purge: bool) -> list[str]:
        return [*self._quiet, "remove", "--no-clean-deps", *names]


class Pacman(Tool):
    """pacman does not wait for another run. It installs from the lists that are there: to fetch new ones without
    upgrading all is what Arch forbids, so that is left to the person."""

    name = "pacman"
    program = "pacman"
    by_hand = "pacman -Syu"
    lock = "/var/lib/pacman/db.lck"

    def database(self, reach: Reach) -> Database:
        return Database(frozenset(reach.run(("pacman", "-Qq")).stdout.split()))

    def install(self, names: Sequence[str]) -> list[str]:
        return ["pacman", "-S", "--noconfirm", "--needed", *names]

    def remove(self, names: Sequence[str], purge: bool) -> list[str]:
        return ["pacman", "-Rn" if purge else "-R", "--noconfirm", *names]

    def needing(self, reach: Reach, names: Sequence[str]) -> list[str]:
        done = reach.run(("pacman", "-Rp", *names))
        return sorted(set(re.findall(r"required by (\S+)", done.stdout + done.stderr)))

    def run(self, reach: Reach, argv: Sequence[str]) -> Result:
        for _ in range(PATIENCE):
            if not reach.has(self.lock):
                break
            reach.run(("sleep", "1"))
        return super().run(reach, argv)


TOOLS: dict[str, Tool] = {tool.name: tool for tool in (Apt(), Dnf(), Zypper(), Pacman())}


def tool_of(reach: Reach) -> Tool | None:
    """The package manager of a host: zypper and dnf may both be there, then zypper is the system's own."""
    found = [name for name in ("apt", "zypper", "dnf", "pacman") if reach.program(TOOLS[name].program)]
    return TOOLS[found[0]] if found else None


def plain(name: str) -> str:
    """Without the architecture: `libc6:amd64`, `qemu-img.x86_64`."""
    return re.sub(r":[a-z0-9-]+$|\.(?:x86_64|aarch64|i[3-6]86|noarch|ppc64le|s390x)$", "", name)


UNKNOWN = (
    r"Unable to locate package (\S+)",
    r"Package '?([^\s']+)'? has no installation candidate",
    r"No match for argument: (\S+)",
    r"[Nn]o package (\S+) available",
    r"'([^']+)' not found in package names",
    r"No provider of '([^']+)' found",
    r"target not found: (\S+)",
)
"""How the package managers say that there is no such package, in English."""
OFFLINE = (
    r"Could not resolve|Temporary failure (?:in name resolution|resolving)|Failed to fetch|Could not connect|"
    r"Failed to download metadata|Cannot prepare internal mirrorlist|Curl error|failed retrieving file|"
    r"Download \(curl\) error|Could ?n[o']t resolve host|Connection (?:refused|timed out)"
)


def refusal(tool: Tool, names: Iterable[str], done: Result) -> SeraiError:
    """What a failed installation comes to, with the next command."""
    said = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    text, tail = "\n".join(said), said[-8:]
    unknown = [name for pattern in UNKNOWN for name in re.findall(pattern, text)]
    again = f"{tool.by_hand} {' '.join(names)}"
    if re.search(OFFLINE, text):
        cause = next(line for line in said if re.search(OFFLINE, line))
        hint = f"with a network, or a mirror in the package sources: {again}"
        return SeraiError(Code.NETWORK, f"packages could not be fetched: {cause}", hint=hint, details=tail)
    if unknown:
        listed = ", ".join(dict.fromkeys(unknown))
        hint = f"add the repository that has it (universe, EPEL, a newer list), then: {again}"
        return SeraiError(Code.MISSING, f"no package source has {listed}", hint=hint, details=tail)
    if re.search(r"are you root|superuser|must be root|need to be root|Root privileges", text):
        return SeraiError(Code.REFUSED, f"{tool.program} needs root", hint="run it as root", details=tail)
    cause = next((line for line in said if re.match(r"E:|[Ee]rror", line)), tail[-1] if tail else "no message")
    message = f"{tool.program} ended with exit code {done.code}: {cause}"
    return SeraiError(Code.FAILED, message, hint=again, details=tail)
