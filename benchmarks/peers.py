"""What other checkers find on a host, and what serai finds there: run for real, line by line, for docs/peers.md.

    benchmarks/peers.py [--check] [--write] [--lab]   as root; --check: exit 1 when serai misses what a peer found

Two machines: this host, and the same in namespaces of its own in which much is broken (`Breaking`); with --lab a
host of the emulated lab, too (docs/lab.md). Lines of peers are told apart by peers.toml. A peer's finding counts
as found when one of the checks of its row says fail, warn or note, too, and, where the row gives a word, names the
same thing. A row can say why a finding is no fault (`unless`): where another check read what shows it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs/peers.md"
MAPPING = HERE / "peers.toml"
ROUNDS = 5
LOOKS = 3
BAD = ("fail", "warn", "note")
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\(B")
TUNED_LOG = Path("/var/log/tuned/tuned.log")


class Excuse(msgspec.Struct, frozen=True):
    """A finding is no fault where `check` passes and read what `says` fits (a pattern)."""

    check: str
    says: str
    why: str


class Line(msgspec.Struct, frozen=True):
    """What one line of a peer's says; `bad`: it is a finding. `checks`: those of serai's that say it."""

    peer: str
    text: str
    said: str
    bad: bool
    checks: tuple[str, ...] = ()
    names: str = ""
    """What serai must name, where a check looks at several things at once."""
    unless: Excuse | None = None


class Unmapped(Exception):
    """A line that no row of the mapping is for."""


class Mapping:
    """peers.toml."""

    def __init__(self, path: Path = MAPPING) -> None:
        rows = tomllib.loads(path.read_text())
        self.rows = {peer: [(re.compile(row["line"]), row) for row in given] for peer, given in rows.items()}

    def of(self, peer: str, text: str) -> tuple[tuple[str, ...], str, Excuse | None]:
        """The checks, what they must name, and when it is no fault. Raises Unmapped."""
        for pattern, row in self.rows[peer]:
            if found := pattern.fullmatch(text):
                named = found.groupdict().get("what") or ""
                excuse = row["unless"].get(named or text) if "unless" in row else None
                names = row.get("names", {})
                checks = tuple(row.get("checks", ()))
                return checks, names.get(named or text, named), msgspec.convert(excuse, Excuse | None)
        raise Unmapped(f"{peer}: {text!r}: no row of {MAPPING.name} is for this line")


Parsed = tuple[str, str, bool]
"""The subject of a line, what is said of it, and whether that is bad."""


def of_validate(line: str) -> Parsed | None:
    """`  QEMU: Checking if device /dev/net/tun exists   : PASS`."""
    found = re.fullmatch(r"\s*(\w+): Checking (.*?)\s*: (PASS|FAIL|WARN|NOTE)(?: \(.*\))?", line)
    return (f"{found[1]}: {found[2]}", found[3], found[3] in ("FAIL", "WARN")) if found else None


def of_virt_what(line: str) -> Parsed | None:
    return line.strip(), "is", True


def of_kvm_ok(line: str) -> Parsed | None:
    bad = bool(re.search(r"NOT|not support|not exist|disabled", line))
    return line.strip(), "", bad and not line.startswith("HINT")


def of_tuned(line: str) -> Parsed | None:
    """Lines of its log, and what it prints."""
    found = re.search(r"verify: (passed|failed): (.*)", line)
    if found:
        return found[2].strip(), found[1], found[1] == "failed"
    return None if re.match(r"\d{4}-\d\d-\d\d ", line) else (line.strip(), "", "failed" in line)


def of_lxc(line: str) -> Parsed | None:
    found = re.fullmatch(r"(.*?): (enabled|missing|required)(, (not )?loaded)?", line.strip())
    if found:
        return found[1], found[2], found[2] != "enabled"
    text = line.strip().removesuffix(":").rstrip()
    return text, "", "is not installed" in text or text.startswith("Warning")


PEERS: dict[str, tuple[tuple[str, ...], Callable[[str], Parsed | None]]] = {
    "virt-host-validate": (("virt-host-validate",), of_validate),
    "virt-what": (("virt-what",), of_virt_what),
    "kvm-ok": (("kvm-ok",), of_kvm_ok),
    "tuned-adm": (("tuned-adm", "verify"), of_tuned),
    "lxc-checkconfig": (("lxc-checkconfig",), of_lxc),
}
SERAI = (sys.executable, "-m", "serai", "host", "check", "--json")


def read(peer: str, text: str, mapping: Mapping) -> list[Line]:
    """All that a peer said. Raises Unmapped for a line that nobody has looked at yet."""
    lines = []
    for raw in COLOUR.sub("", text).splitlines():
        parsed = PEERS[peer][1](raw) if raw.strip() else None
        if parsed is None:
            if raw.strip() and peer == "virt-host-validate":
                raise Unmapped(f"{peer}: {raw!r} is no line of its kind")
            continue
        checks, names, unless = mapping.of(peer, parsed[0])
        lines.append(Line(peer, parsed[0], parsed[1], parsed[2] and bool(checks), checks, names, unless))
    return lines


class Timed(msgspec.Struct, frozen=True):
    """Medians, in seconds."""

    wall: float
    cpu: float


class Machine(msgspec.Struct, frozen=True):
    """One host: the lines of the peers, the outcomes of serai's checks, and how long each took."""

    name: str
    lines: list[Line]
    found: dict[str, str]
    values: dict[str, str]
    times: dict[str, Timed]
    silent: dict[str, str] = {}
    """Peers that could not run there, with what they said."""

    def missed(self) -> list[Line]:
        """What peers found and serai did not."""
        return [line for line in self.lines if line.bad and not self.said(line) and not self.no_fault(line)]

    def no_fault(self, line: Line) -> str:
        """Why a finding is none here; empty: it is one."""
        seen = line.unless
        if seen is None or self.found.get(seen.check) != "pass":
            return ""
        return seen.why if re.search(seen.says, self.values[seen.check]) else ""

    def said(self, line: Line) -> list[str]:
        """`id outcome` of the checks that say it, too."""
        bad = [each for each in line.checks if self.found.get(each) in BAD]
        return [f"{each} {self.found[each]}" for each in bad if line.names in self.values[each]]


def measured(argv: Sequence[str], rounds: int = ROUNDS) -> tuple[str, Timed]:
    """What a program prints, and the medians of some runs."""
    walls, cpus, said = [], [], ""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    for _ in range(rounds):
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as out:
            child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, env=env
            )
            _, _, used = os.wait4(child.pid, 0)
            child.returncode = 0
            out.seek(0)
            said = out.read()
        walls.append(time.monotonic() - began)
        cpus.append(used.ru_utime + used.ru_stime)
    return said, Timed(statistics.median(walls), statistics.median(cpus))


def look(name: str, rounds: int = ROUNDS) -> Machine:
    """Run all on the host that this process is in.

    What serai seems to have missed is looked at again: devices and daemons of others come and go between two
    programs, and a real miss is there each time.
    """
    for _ in range(LOOKS):
        machine = _look(name, rounds)
        if not machine.missed():
            break
    return machine


def _look(name: str, rounds: int) -> Machine:
    mapping, lines, times, silent = Mapping(), [], {}, {}
    for peer, (argv, _) in PEERS.items():
        if shutil.which(argv[0]) is None:
            silent[peer] = "not installed"
            continue
        if peer == "tuned-adm" and not runs("tuned"):
            silent[peer] = "its daemon does not run"
            continue
        logged = TUNED_LOG.stat().st_size if peer == "tuned-adm" else 0
        said, times[peer] = measured(argv, rounds)
        if peer == "tuned-adm":
            said = f"{last_verify(TUNED_LOG.read_text()[logged:])}\n{said}"
        lines += read(peer, said, mapping)
    said, times["serai host check"] = measured(SERAI, rounds)
    checks = json.loads(said)["checks"]
    found = {each["id"]: each["result"] for each in checks}
    values = {each["id"]: f"{each['read']}: {each['value']} {each['why']}" for each in checks}
    return Machine(name, lines, found, values, times, silent)


def runs(name: str) -> bool:
    """Whether a process of that name is there, and of this machine: /proc also shows those of namespaces below."""
    ours = Path("/proc/self/ns/mnt").readlink()
    return any(_told(place) == (name, ours) for place in Path("/proc").glob("[0-9]*"))


def _told(place: Path) -> tuple[str, Path] | None:
    """A process's name and mount namespace; None: it has ended meanwhile, or may not be looked at."""
    try:
        return (place / "comm").read_text().strip(), (place / "ns/mnt").readlink()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None


def last_verify(log: str) -> str:
    """The lines of the last verification in a piece of tuned's log."""
    return log.rpartition("verifying profile")[2].partition("\n")[2]


PROFILE = """\
[main]
summary=values of this network namespace alone
[sysctl]
net.core.somaxconn=1024
net.ipv4.ip_forward=1
net.ipv4.tcp_keepalive_time=600
"""


class Breaking:
    """What is wrong with the broken machine. It is in namespaces of its own: this process is, when it begins."""

    def all(self) -> None:
        self.devices()
        self.cgroups()
        self.fuse()
        self.kernel()
        self.tuned()

    def empty(self, place: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)

    def over(self, place: str, data: bytes) -> None:
        """Put a file of this content over another one."""
        file = Path(tempfile.mkstemp(prefix="serai-peers-")[1])
        file.write_bytes(data)
        subprocess.run(["mount", "--bind", str(file), place], check=True)
        file.unlink()

    def devices(self) -> None:
        """No /dev/kvm, /dev/net/tun, /dev/fuse, /dev/vhost-*."""
        kept = [
            name for name in ("null", "zero", "random", "urandom", "tty", "ptmx") if Path("/dev", name).exists()
        ]
        with tempfile.TemporaryDirectory() as aside:
            subprocess.run(["mount", "--bind", "/dev", aside], check=True)
            self.empty("/dev")
            for name in kept:
                Path("/dev", name).touch()
                subprocess.run(["mount", "--bind", f"{aside}/{name}", f"/dev/{name}"], check=True)
            Path("/dev/fd").symlink_to("/proc/self/fd")
            subprocess.run(["umount", "-l", aside], check=True)

    def cgroups(self) -> None:
        self.empty("/sys/fs/cgroup")

    def fuse(self) -> None:
        if Path("/sys/fs/fuse").is_dir():
            self.empty("/sys/fs/fuse")

    def kernel(self) -> None:
        """One that was built without some of what containers need."""
        packed = Path("/proc/config.gz")
        if packed.exists():
            text = gzip.decompress(packed.read_bytes()).decode()
            for option in (
                "CONFIG_VETH",
                "CONFIG_MACVLAN",
                "CONFIG_BRIDGE",
                "CONFIG_USER_NS",
                "CONFIG_PACKET_DIAG",
            ):
                text = re.sub(rf"^{option}=.*$", f"# {option} is not set", text, flags=re.MULTILINE)
            self.over(str(packed), gzip.compress(text.encode()))

    def tuned(self) -> None:
        """Its daemon, and a value of its profile that somebody changed; all are of the network namespace."""
        if shutil.which("tuned") is None or shutil.which("dbus-daemon") is None:
            return
        for place in ("/run", "/etc/tuned", "/var/log"):
            self.empty(place)
        for place in ("/run/dbus", "/etc/tuned/serai-peers", "/var/log/tuned"):
            Path(place).mkdir()
        Path("/etc/tuned/serai-peers/tuned.conf").write_text(PROFILE)
        Path("/etc/tuned/tuned-main.conf").write_text("daemon = 1\ndynamic_tuning = 0\nreapply_sysctl = 0\n")
        quiet = {"check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "timeout": 60}
        subprocess.run(["dbus-daemon", "--system", "--fork"], **quiet)  # type: ignore[call-overload]
        argv = ["tuned", "--daemon", "--profile", "serai-peers"]
        subprocess.run(argv, **quiet)  # type: ignore[call-overload]
        deadline = time.monotonic() + 30
        while subprocess.run(["tuned-adm", "active"], capture_output=True).returncode or not applied():
            if time.monotonic() > deadline:
                raise SystemExit("tuned did not apply its profile")
            time.sleep(0.2)
        Path("/proc/sys/net/core/somaxconn").write_text("128")


def applied() -> bool:
    return Path("/proc/sys/net/core/somaxconn").read_text().strip() == "1024"


def broken() -> Machine:
    """The same host in namespaces of its own, after `Breaking`."""
    words = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with tempfile.NamedTemporaryFile(suffix=".json", dir="/var/tmp") as out:
        subprocess.run([*words, sys.executable, __file__, "--broken", out.name], check=True)
        return msgspec.json.decode(Path(out.name).read_bytes(), type=Machine)


def in_the_lab() -> Machine:
    """A host of the emulated lab, whose image is made first where there is none yet: minutes."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from lab.compared import started

    return msgspec.json.decode(started(rounds=ROUNDS), type=Machine)


HEAD = """\
Written by `benchmarks/peers.py`: each program ran for real on the same machine, and each of its lines has a row in
`benchmarks/peers.toml`: which check of serai's looks at the same thing. A line without a row is an error.

- `findings`: lines that say fail, warn or missing, or what the host itself runs on.
- `serai, too`: of these, how many one of the row's checks calls fail, warn or note on the same machine, and names.
- A finding that is no fault on that machine says so, with the reason; its row names the check that read it.
- Times are medians of five runs, one program after the other; of `serai host check`, all its checks.
""".splitlines()
TAIL = """\
## What this does not say

The rest of serai's findings are of checks that no peer has. A peer that is silent has found nothing, or looks not.
The broken machine is this one in namespaces of its own: without devices, control groups and FUSE, with another
description of its kernel, and with a value changed under tuned. It is no other kernel and no other processor.
""".splitlines()


def document(machines: Sequence[Machine]) -> Iterator[str]:
    """The page. Nothing in it is written by hand."""
    yield "# What other checkers find, and what serai finds\n"
    yield from HEAD
    yield ""
    for machine in machines:
        yield from _table(machine)
    yield from TAIL


def _table(machine: Machine) -> Iterator[str]:
    yield f"## {machine.name}\n"
    yield "| program | lines | findings | serai, too | time | CPU |"
    yield "|---|---|---|---|---|---|"
    for peer in PEERS:
        mine = [line for line in machine.lines if line.peer == peer]
        if peer in machine.silent:
            yield f"| {peer} | {machine.silent[peer]} | | | | |"
            continue
        bad, took = [line for line in mine if line.bad], machine.times[peer]
        both = sum(bool(machine.said(line)) for line in bad)
        yield f"| {peer} | {len(mine)} | {len(bad)} | {both} | {took.wall:.2f} s | {took.cpu:.2f} s |"
    found, took = [each for each in machine.found.values() if each in BAD], machine.times["serai host check"]
    yield f"| serai host check | {len(machine.found)} | {len(found)} | | {took.wall:.2f} s | {took.cpu:.2f} s |\n"
    yield "| a peer's finding | serai |"
    yield "|---|---|"
    for line in dict.fromkeys(each for each in machine.lines if each.bad):
        shown = f"{line.peer}: {line.text} {line.said}".strip().replace("|", "\\|")
        no_fault = f"no fault: {why}" if (why := machine.no_fault(line)) else "**not found**"
        yield f"| {shown} | {', '.join(machine.said(line)) or no_fault} |"
    yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 when serai misses what a peer found")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    parser.add_argument("--lab", action="store_true", help="also look at a host of the emulated lab")
    parser.add_argument("--broken", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--alone", metavar=("NAME", "ROUNDS", "FILE"), nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.broken:
        Breaking().all()
        Path(chosen.broken).write_bytes(msgspec.json.encode(look("A broken machine")))
        return
    if chosen.alone:
        name, rounds, file = chosen.alone
        Path(file).write_bytes(msgspec.json.encode(look(name, int(rounds))))
        return
    machines = [look("This machine"), broken(), *([in_the_lab()] if chosen.lab else [])]
    text = "\n".join(document(machines)) + "\n"
    print(text)
    if chosen.write:
        DOCUMENT.write_text(text)
    missed = [f"{machine.name}: {line.peer}: {line.text}" for machine in machines for line in machine.missed()]
    print("\n".join(["not found by serai:", *missed]) if missed else "nothing that they found is missing in serai")
    sys.exit(1 if missed and chosen.check else 0)


if __name__ == "__main__":
    main()
