"""Whether the user that guests run as gets to a file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from serai.providers.libvirt.access import closed_directory, may_enter, name_of, shared_of

SOMEBODY = 64999
GROUP = 64998


@pytest.mark.parametrize(("mode", "enters"), [(0o700, False), (0o701, True), (0o755, True), (0o750, False)])
def test_others_enter_by_the_last_digit(tmp_path: Path, mode: int, enters: bool) -> None:
    tmp_path.chmod(mode)
    assert may_enter(tmp_path, SOMEBODY, GROUP) is enters


def test_the_owner_and_the_group_have_digits_of_their_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o070)
    assert not may_enter(tmp_path, os.getuid(), GROUP)
    assert may_enter(tmp_path, SOMEBODY, tmp_path.stat().st_gid)
    tmp_path.chmod(0o707)
    assert not may_enter(tmp_path, SOMEBODY, tmp_path.stat().st_gid)
    tmp_path.chmod(0o700)


def test_an_acl_opens_and_closes(tmp_path: Path, need: Callable[..., None]) -> None:
    need("setfacl")
    tmp_path.chmod(0o700)
    subprocess.run(["setfacl", "-m", f"u:{SOMEBODY}:x", tmp_path], check=True)
    assert may_enter(tmp_path, SOMEBODY, GROUP)
    subprocess.run(["setfacl", "-m", f"u:{SOMEBODY}:r", tmp_path], check=True)
    assert not may_enter(tmp_path, SOMEBODY, GROUP)


def test_the_outermost_closed_directory_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    inner.chmod(0o700)
    outer = [each for each in reversed(inner.parents) if not may_enter(each, SOMEBODY, GROUP)]
    assert closed_directory(inner / "disk.qcow2", SOMEBODY, GROUP) == outer[0]
    (tmp_path / "closed").chmod(0o755)


def test_directories_that_qemu_shares_are_to_be_entered_too() -> None:
    domain = """<domain><devices>
      <filesystem><source dir='/srv/site'/><target dir='a'/></filesystem>
      <filesystem><driver type='virtiofs'/><source dir='/srv/own'/><target dir='b'/></filesystem>
    </devices></domain>"""
    assert shared_of(domain) == {"/srv/site/*"}


def test_who_has_no_name_is_called_by_number() -> None:
    assert name_of(0) == "root"
    assert name_of(3999999999) == "3999999999"
