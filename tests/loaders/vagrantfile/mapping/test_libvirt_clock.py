"""Libvirt's clocks: cases, a file each, in cases/libvirt_clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("libvirt_clock"))
def test_a_case_of_libvirt_clock(name: str, tmp_path: Path) -> None:
    check("libvirt_clock", name, tmp_path)
