"""vagrant-lxc's block: cases, a file each, in cases/lxc."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.vagrantfile.config.keys.containers import LXC
from vagrant_cases import CASES, check, names


@pytest.mark.parametrize("name", names("lxc"))
def test_a_case_of_lxc(name: str, tmp_path: Path) -> None:
    check("lxc", name, tmp_path)


@pytest.mark.parametrize("key", LXC.keys)
def test_each_key_of_lxc_has_a_case(key: str) -> None:
    assert any(f"lxc.{key}" in path.read_text() for path in (CASES / "lxc").glob("*.yaml"))
