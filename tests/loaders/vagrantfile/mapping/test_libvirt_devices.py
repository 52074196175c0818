"""Libvirt's devices: cases, a file each, in cases/libvirt_devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("libvirt_devices"))
def test_a_case_of_libvirt_devices(name: str, tmp_path: Path) -> None:
    check("libvirt_devices", name, tmp_path)
