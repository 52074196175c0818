"""Package managers and systemd as stand-ins: they keep a state, print as the real ones do, and refuse as they do.

A stand-in takes exactly the arguments that it knows: anything else is an error, as a typing mistake would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serai.util.process import Result

NEEDS = {
    "qemu-kvm": ["qemu-img", "seabios-bin"],
    "qemu-img": [],
    "seabios-bin": [],
    "libvirt": ["qemu-kvm"],
    "virt-top": ["libvirt"],
    "bash": [],
}
"""What there is to be installed -> what comes with it."""


class Packages:
    """What the package managers share: `there` is installed; `offline`: there is no network."""

    def __init__(self, *there: str) -> None:
        self.there = list(there)
        self.calls: list[list[str]] = []
        self.offline = False

    def __call__(self, argv: Sequence[str]) -> Result:
        self.calls.append(list(argv))
        words = list(argv)
        if words[0] == "env":
            words = [word for word in words[1:] if "=" not in word or word.startswith("-")]
        if words[0] == "sleep":
            return Result(argv, 0, "", "")
        code, out, err = self.answer(words)
        return Result(argv, code, out, err)

    def answer(self, words: list[str]) -> tuple[int, str, str]:
        raise NotImplementedError

    def add(self, names: list[str]) -> None:
        for name in names:
            if name not in self.there:
                self.add(NEEDS[name])
                self.there.append(name)

    def needing(self, names: list[str]) -> list[str]:
        return [each for each in self.there if each not in names and set(NEEDS[each]) & set(names)]


class Rpm(Packages):
    def answer(self, words: list[str]) -> tuple[int, str, str]:
        if words == ["rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\\n"]:
            lines = [*(f"{name}.x86_64" for name in self.there), "gpg-pubkey.(none)"]
            return 0, "".join(f"{line}\n" for line in lines), ""
        if words[:3] == ["rpm", "-e", "--test"]:
            names = [name.removesuffix(".x86_64") for name in words[3:]]
            lines = [
                f"\t{NEEDS[each][0]} is needed by (installed) {each}-1.0-1.x86_64" for each in self.needing(names)
            ]
            return (1, "", "\n".join(["error: Failed dependencies:", *lines])) if lines else (0, "", "")
        return self.change(words)

    def change(self, words: list[str]) -> tuple[int, str, str]:
        raise NotImplementedError

    def drop(self, names: list[str]) -> None:
        self.there = [each for each in self.there if each not in [name.removesuffix(".x86_64") for name in names]]


class Dnf(Rpm):
    def change(self, words: list[str]) -> tuple[int, str, str]:
        if words[:4] == ["dnf", "-y", "--setopt=install_weak_deps=False", "install"]:
            if self.offline:
                cause = "Curl error (6): Couldn't resolve host name for https://mirrors.example/metalink"
                return 1, "", f"Error: Failed to download metadata for repo 'baseos': {cause}"
            unknown = [name for name in words[4:] if name not in NEEDS]
            if unknown:
                said = "".join(f"No match for argument: {name}\n" for name in unknown)
                return 1, said, f"Error: Unable to find a match: {' '.join(unknown)}\n"
            self.add(words[4:])
            return 0, "Complete!\n", ""
        if words[:4] == ["dnf", "-y", "--setopt=clean_requirements_on_remove=False", "remove"]:
            self.drop(words[4:])
            return 0, "Complete!\n", ""
        return 2, "", f"dnf: error: unrecognized arguments: {' '.join(words[1:])}\n"


class Zypper(Rpm):
    def change(self, words: list[str]) -> tuple[int, str, str]:
        if words[:4] == ["zypper", "--non-interactive", "install", "--no-recommends"]:
            unknown = [name for name in words[4:] if name not in NEEDS]
            if unknown:
                name = f"'{unknown[0]}'"
                said = f"{name} not found in package names. Trying capabilities.\nNo provider of {name} found.\n"
                return 104, "", said
            self.add(words[4:])
            return 102, "done\n", ""  # a reboot is advised: that is no failure
        if words[:4] == ["zypper", "--non-interactive", "remove", "--no-clean-deps"]:
            self.drop(words[4:])
            return 0, "done\n", ""
        return 1, "", f"Unknown option '{words[1]}'\n"


class Pacman(Packages):
    def answer(self, words: list[str]) -> tuple[int, str, str]:
        if words == ["pacman", "-Qq"]:
            return 0, "".join(f"{name}\n" for name in sorted(self.there)), ""
        if words[:4] == ["pacman", "-S", "--noconfirm", "--needed"]:
            unknown = [name for name in words[4:] if name not in NEEDS]
            if unknown:
                return 1, "", f"error: target not found: {unknown[0]}\n"
            self.add(words[4:])
            return 0, "", ""
        if words[:2] in (["pacman", "-Rp"], ["pacman", "-R"], ["pacman", "-Rn"]):
            names = [word for word in words[2:] if word != "--noconfirm"]
            if breaks := self.needing(names):
                head = "error: failed to prepare transaction (could not satisfy dependencies)\n"
                name = NEEDS[breaks[0]][0]
                return 1, f":: removing {name} breaks dependency '{name}' required by {breaks[0]}\n", head
            if words[1] != "-Rp":
                self.there = [each for each in self.there if each not in names]
            return 0, "", ""
        return 1, "", f"error: invalid option {' '.join(words[1:])}\n"


class Apt(Packages):
    """`kept`: only configuration files are left; `edited`: conffiles that somebody changed; `fresh`: has lists."""

    def __init__(self, *there: str) -> None:
        super().__init__(*there)
        self.kept: list[str] = []
        self.edited: list[str] = []
        self.fresh = True
        self.interrupted = False

    def answer(self, words: list[str]) -> tuple[int, str, str]:
        if words == ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\\n"]:
            rows = [*(f"{name} installed" for name in self.there), *(f"{name} config-files" for name in self.kept)]
            return 0, "".join(f"{row}\n" for row in rows), ""
        if words[:2] == ["dpkg", "--verify"]:
            return 0, "".join(f"??5?????? c {path}\n" for path in self.edited), ""
        if words == ["dpkg", "--force-confold", "--configure", "-a"]:
            self.interrupted = False
            return 0, "", ""
        if words[0] != "apt-get":
            return 127, "", f"{words[0]}: not found\n"
        return self.act([word for word in words[1:] if not _is_option(word)], "-s" in words)

    def act(self, words: list[str], simulate: bool) -> tuple[int, str, str]:
        verb, names = words[0], words[1:]
        if self.interrupted and not simulate and verb != "update":
            said = (
                "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n"
            )
            return 100, "", said
        if verb == "update":
            if self.offline:
                return 100, "", "E: Failed to fetch http://deb  Temporary failure resolving 'deb'\n"
            self.fresh = True
            return 0, "", ""
        if verb == "install":
            unknown = [name for name in names if name not in NEEDS or not self.fresh]
            if unknown:
                return 100, "", "".join(f"E: Unable to locate package {name}\n" for name in unknown)
            self.add(names)
            self.kept = [name for name in self.kept if name not in self.there]
            return 0, "", ""
        if verb in ("remove", "purge"):
            goes = list(names)
            while more := [name for name in self.needing(goes) if name not in goes]:
                goes += more
            if not simulate:
                self.kept += [name for name in goes if verb == "remove" and name in self.there]
                self.there = [each for each in self.there if each not in goes]
            return 0, "".join(f"Remv {name} [1.0]\n" for name in goes), ""
        return 100, "", f"E: Invalid operation {verb}\n"


OPTIONS = (
    *("-q", "-y", "-s", "-o", "DPkg::Lock::Timeout=300", "APT::Get::AutomaticRemove=false"),
    *("--no-install-recommends", "Dpkg::Options::=--force-confdef", "Dpkg::Options::=--force-confold"),
)


def _is_option(word: str) -> bool:
    if word.startswith("-") and word not in OPTIONS:
        raise AssertionError(f"apt-get knows no {word}")
    return word in OPTIONS


class Systemd:
    """`systemctl` with one target, on the links of a tree; `starts`: units that start when asked, others fail."""

    def __init__(self, root: Path, *units: str) -> None:
        self.root, self.units = root, units
        self.active: set[str] = set()
        (root / "run/systemd/system").mkdir(parents=True)
        (root / "etc/systemd/system").mkdir(parents=True)

    @property
    def wants(self) -> Path:
        return self.root / "etc/systemd/system/multi-user.target.wants"

    def __call__(self, argv: Sequence[str]) -> Result:
        code, out, err = self.answer(list(argv))
        return Result(argv, code, out, err)

    def answer(self, words: list[str]) -> tuple[int, str, str]:
        unit = words[-1]
        if words == ["systemctl", "daemon-reload"]:
            return 0, "", ""
        if words[1:-1] == ["show", "-p", "UnitFileState", "-p", "ActiveState"]:
            state = "enabled" if (self.wants / unit).is_symlink() else "disabled" if unit in self.units else ""
            return 0, f"UnitFileState={state}\nActiveState={'active' if unit in self.active else 'inactive'}\n", ""
        if unit not in self.units:
            return 1, "", f"Failed to enable unit: Unit file {unit} does not exist.\n"
        if words[1:-1] == ["enable", "--now"]:
            self.wants.mkdir(exist_ok=True)
            (self.wants / unit).symlink_to(f"/usr/lib/systemd/system/{unit}")
            self.active.add(unit)
            return 0, "", f"Created symlink {self.wants / unit}.\n"
        if words[1:-1] == ["stop"]:
            self.active.discard(unit)
            return 0, "", ""
        return 1, "", f"Unknown command verb {words[1]}.\n"
