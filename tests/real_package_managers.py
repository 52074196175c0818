"""dnf, zypper and pacman as they are, on a root directory of a test's own, with three packages in a directory.

A runner adds what leads them there to the arguments that serai gives; all else is as on a host.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

from serai.util.process import Result, run

NEEDS = {"inn-common": "", "inn-server": "inn-common", "inn-extra": "inn-server"}
"""Package -> what it needs."""
SPEC = """\
Name: {name}
Version: 1
Release: 1
Summary: A package of a test
License: none
BuildArch: noarch
{needs}
%description
A package of a test.
%files
"""


DATABASE = ("--dbpath", "/var/lib/rpm")
"""Where zypper has it everywhere, and rpm where it is the system's own; Debian's rpm, and dnf by it, elsewhere."""


class Real:
    """What the package managers share: `root` is theirs."""

    programs: tuple[str, ...] = ()

    def __init__(self, place: Path) -> None:
        self.root, self.source = place / "root", place / "source"
        self.source.mkdir()
        self.root.mkdir()
        self.prepare()

    def prepare(self) -> None:
        raise NotImplementedError

    def options(self) -> dict[str, list[str]]:
        """Program -> what leads it to `root`."""
        raise NotImplementedError

    def __call__(self, argv: Sequence[str]) -> Result:
        words: list[str] = []
        for word in argv:
            words += [word, *(self.options().get(word, ()))]
        done = run(words, check=False, timeout=120)
        return Result(argv, done.code, done.stdout, done.stderr)


class Rpm(Real):
    def prepare(self) -> None:
        for name, needs in NEEDS.items():
            spec = self.source / f"{name}.spec"
            spec.write_text(SPEC.format(name=name, needs=f"Requires: {needs}" if needs else ""))
            where = [f"--define=_topdir {self.source}", f"--define=_rpmdir {self.source}"]
            run(["rpmbuild", "-bb", "--quiet", *where, spec])
        run(["createrepo_c", "--quiet", self.source])
        for place in ("repos", "var/lib/rpm", "var/cache", "var/log", "etc/zypp/repos.d"):
            (self.root / place).mkdir(parents=True)
        text = f"[inn]\nname=inn\nenabled=1\ngpgcheck=0\nbaseurl=file://{self.source}\n"
        for place in ("repos", "etc/zypp/repos.d"):
            (self.root / place / "inn.repo").write_text(text)


class Dnf(Rpm):
    programs = ("dnf", "rpm", "rpmbuild", "createrepo_c")

    def options(self) -> dict[str, list[str]]:
        places = {"reposdir": "repos", "cachedir": "var/cache", "persistdir": "var/lib/dnf"}
        settings = [f"--setopt={key}={self.root}/{place}" for key, place in places.items()]
        return {
            "dnf": [f"--installroot={self.root}", "--releasever=1", *settings],
            "rpm": [f"--root={self.root}"],
        }


class Zypper(Rpm):
    programs = ("zypper", "rpm", "rpmbuild", "createrepo_c")

    def options(self) -> dict[str, list[str]]:
        return {"zypper": ["--root", str(self.root), "--no-gpg-checks"], "rpm": [f"--root={self.root}", *DATABASE]}


class Pacman(Real):
    programs = ("pacman",)

    def prepare(self) -> None:
        sync = self.root / "var/lib/pacman/sync"
        sync.mkdir(parents=True)
        described = {f"{name}-1-1/desc": self._package(name, needs) for name, needs in NEEDS.items()}
        (sync / "inn.db").write_bytes(packed(described))
        (self.root / "pacman.conf").write_text(
            f"[options]\nArchitecture = auto\nSigLevel = Never\n[inn]\nServer = file://{self.source}\n"
        )

    def _package(self, name: str, needs: str) -> str:
        """Makes it, and tells what the list of packages says of it. Source: alpm-db(7), PKGINFO(5)."""
        needed = f"depend = {needs}\n" if needs else ""
        told = f"pkgname = {name}\npkgver = 1-1\npkgdesc = of a test\narch = any\nsize = 0\n{needed}"
        file = self.source / f"{name}-1-1-any.pkg.tar.gz"
        file.write_bytes(packed({".PKGINFO": told}))
        data = file.read_bytes()
        fields = {"FILENAME": file.name, "NAME": name, "VERSION": "1-1", "ARCH": "any", "CSIZE": str(len(data))}
        fields |= {"SHA256SUM": hashlib.sha256(data).hexdigest(), **({"DEPENDS": needs} if needs else {})}
        return "".join(f"%{key}%\n{value}\n\n" for key, value in fields.items())

    def options(self) -> dict[str, list[str]]:
        places = ["--dbpath", f"{self.root}/var/lib/pacman", "--cachedir", f"{self.root}/var/cache"]
        own = ["--root", str(self.root), "--config", f"{self.root}/pacman.conf"]
        return {
            "pacman": [*own, *places, "--logfile", f"{self.root}/pacman.log", "--hookdir", f"{self.root}/hooks"]
        }


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return gzip.compress(out.getvalue())
