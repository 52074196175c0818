"""Which package manager a host has, and what its failures are."""

from __future__ import annotations

import pytest

from serai.host.changes.package_tools import TOOLS, Database, plain, refusal, tool_of
from serai.host.reach.local import Local
from serai.util.errors import Code
from serai.util.process import Result


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        (["apt-get"], "apt"),
        (["dnf"], "dnf"),
        (["zypper", "dnf"], "zypper"),
        (["pacman"], "pacman"),
        ([], None),
    ],
)
def test_the_package_manager_is_the_one_that_is_there(tmp_path, programs, name):
    (tmp_path / "usr/bin").mkdir(parents=True)
    for each in programs:
        (tmp_path / "usr/bin" / each).touch()

    found = tool_of(Local(tmp_path))
    assert (found.name if found else None) == name


def test_a_name_is_known_without_its_architecture():
    assert Database(frozenset(["libc6:amd64", "qemu-img.x86_64"])).without(["libc6", "qemu-kvm"]) == ["qemu-kvm"]
    assert [plain(name) for name in ("qemu-img.x86_64", "libc6:amd64", "python3.11")] == [
        "qemu-img",
        "libc6",
        "python3.11",
    ]


def test_without_root_it_says_so():
    done = Result(["apt-get"], 100, "", "E: Could not open lock file, are you root?\n")
    assert refusal(TOOLS["apt"], ["lxc"], done).code is Code.REFUSED


def test_what_is_not_understood_is_told_as_it_was_said():
    done = Result(["zypper"], 4, "", "Error: something odd\n")
    error = refusal(TOOLS["zypper"], ["lxc"], done)
    assert "Error: something odd" in error.message
    assert error.hint == "zypper install lxc"
