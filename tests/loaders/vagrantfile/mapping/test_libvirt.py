"""Libvirt's block: cases, a file each, in cases/libvirt."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("libvirt"))
def test_a_case_of_libvirt(name: str, tmp_path: Path) -> None:
    check("libvirt", name, tmp_path)
