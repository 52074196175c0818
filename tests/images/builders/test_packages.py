"""Files out of packages: what is asked of apt, and what is told when the mirror does not answer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from serai.images.builders import packages as module
from serai.images.builders.packages import Packages
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

SHOWN = {
    "tool": "Package: tool\nPre-Depends: libc6 (>= 2.36)\nDepends: libone (>= 1) | libother, helper, zlib1g:any\n",
    "libone": "Package: libone\nDepends: libc6, libtwo\n",
    "libtwo": "Package: libtwo\nDepends: libone\n",
    "libc6": "Package: libc6\n",
    "zlib1g": "Package: zlib1g\nDepends: libc6\n",
    "kernel": "Package: kernel\nDepends: linux-image-6.1-amd64 (= 1), linux-base\n",
    "linux-image-6.1-amd64": "Package: linux-image-6.1-amd64\nDepends: kmod, linux-modules-6.1-amd64\n",
    "linux-modules-6.1-amd64": "Package: linux-modules-6.1-amd64\nDepends: linux-image-6.1-amd64\n",
}


class Apt:
    """Stands in for apt and dpkg: knows SHOWN, and makes packages in apt's own file names."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.fails = 0

    def __call__(self, argv: Sequence[Any], **options: Any) -> Result:
        words = [str(word) for word in argv]
        self.asked.append(words)
        if words[0] == "apt-cache":
            return self._done(words, "\n".join(SHOWN[name] for name in words if name in SHOWN))
        if "download" in words:
            if self.fails:
                self.fails -= 1
                return self._done(words, "", "E: Unable to locate package tool\nE: 404", 100)
            for name in words[words.index("download") + 1 :]:
                deb(options["cwd"], name)
        if words[0] == "dpkg-deb":
            subprocess.run(words, check=True)
        return self._done(words, "amd64\n")

    def _done(self, words: list[str], out: str, err: str = "", code: int = 0) -> Result:
        return Result(tuple(words), code, out, err)

    def updates(self) -> int:
        return sum("update" in words for words in self.asked)


def deb(folder: Path, name: str) -> None:
    """A real package that holds one file."""
    tree = folder / f"make-{name}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1:2\nArchitecture: amd64\nMaintainer: a\nDescription: a\n"
    )
    (tree / name).write_text(name)
    file = folder / f"{name}_1%3a2_amd64.deb"
    subprocess.run(["dpkg-deb", "-b", tree, file], check=True, capture_output=True)


@pytest.fixture
def apt(monkeypatch: pytest.MonkeyPatch) -> Apt:
    stand_in = Apt()
    monkeypatch.setattr(module, "run", stand_in)
    return stand_in


@pytest.fixture
def packages(apt: Apt, tmp_path: Path, need: Callable[..., None]) -> Packages:
    need("apt-get", "dpkg-deb")
    return Packages(tmp_path / "work", "amd64", lambda _phrase: None)


def test_the_first_name_that_the_mirror_knows_is_taken(packages: Packages, apt: Apt):
    assert packages.first_known(["not-there", "kernel", "tool"]) == "kernel"
    assert apt.updates() == 0


def test_lists_are_read_anew_once_before_a_package_counts_as_missing(packages: Packages, apt: Apt):
    with pytest.raises(SeraiError, match="has none of no-such") as caught:
        packages.first_known(["no-such"])
    assert caught.value.code is Code.MISSING
    assert apt.updates() == 1


def test_libraries_are_followed_and_other_programs_are_not(packages: Packages):
    assert sorted(packages.with_libraries(["tool"])) == ["libc6", "libone", "libtwo", "tool", "zlib1g"]


def test_a_kernels_own_packages_are_found_by_their_pattern_however_deep(packages: Packages):
    found = packages.depends("kernel", r"linux-(image|modules)-[0-9]")
    assert found == ["linux-image-6.1-amd64", "linux-modules-6.1-amd64"]


def test_what_is_unpacked_is_in_the_tree_with_its_version_and_asked_for_once(packages: Packages, apt: Apt):
    packages.unpack(["tool", "libone"])
    assert (packages.tree / "tool").read_text() == "tool"
    assert packages.versions == {"libone": "1:2", "tool": "1:2"}
    packages.unpack(["tool"])
    assert sum("download" in words for words in apt.asked) == 1


def test_old_lists_are_renewed_and_the_download_is_tried_again(packages: Packages, apt: Apt):
    apt.fails = 1
    packages.unpack(["tool"])
    assert apt.updates() == 1
    assert "tool" in packages.versions


def test_a_mirror_that_gives_nothing_is_told_in_its_own_words(packages: Packages, apt: Apt):
    apt.fails = 2
    with pytest.raises(SeraiError, match="did not give tool: E: Unable to locate package tool") as caught:
        packages.unpack(["tool"])
    assert caught.value.code is Code.NETWORK
    assert list(caught.value.details) == ["E: 404"]


def test_another_architecture_gets_lists_of_its_own_and_the_hosts_stay(apt: Apt, tmp_path: Path):
    Packages(tmp_path / "work", "arm64", lambda _phrase: None)
    (update,) = [words for words in apt.asked if "update" in words]
    assert "APT::Architecture=arm64" in update
    assert f"Dir::State::lists={tmp_path / 'work' / 'apt/lists'}" in update
