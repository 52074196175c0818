"""Headers of disk images by strangers: any bytes give a size or one clear refusal, and never a crash."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serai.images import headers
from serai.util.errors import Code, SeraiError

CHECKS: dict[str, Callable[[Path], object]] = {
    "qcow2": headers.qcow2,
    "vmdk": headers.vmdk,
    "vdi": headers.vdi,
    "vpc": headers.vhd,
}


def made(tmp_path: Path, form: str) -> Path:
    path = tmp_path / f"a.{form}"
    subprocess.run(["qemu-img", "create", "-q", "-f", form, path, "8M"], check=True)
    return path


@pytest.mark.parametrize("form", CHECKS)
def test_an_honest_image_passes(tmp_path: Path, form: str):
    CHECKS[form](made(tmp_path, form))


def test_a_qcow2_says_its_size(tmp_path: Path):
    assert headers.qcow2(made(tmp_path, "qcow2")) == 8 << 20


@pytest.mark.parametrize("form", CHECKS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(place=st.integers(0, 511), patch=st.binary(min_size=1, max_size=16))
def test_whatever_the_header_says_only_a_refusal_comes(tmp_path: Path, form: str, place: int, patch: bytes):
    honest = tmp_path / "honest"
    if not honest.exists():
        made(tmp_path, form).rename(honest)
    data = bytearray(honest.read_bytes())
    at = place if form != "vpc" else len(data) - 512 + place  # a vhd is told by its footer
    data[at : at + len(patch)] = patch
    path = tmp_path / "patched"
    path.write_bytes(data)
    try:
        CHECKS[form](path)
    except SeraiError as error:
        assert error.code is Code.CORRUPT and str(path) in error.message


@pytest.mark.parametrize("form", CHECKS)
@pytest.mark.parametrize("keep", [0, 8, 100, 511])
def test_a_file_that_ends_in_its_header_is_truncated(tmp_path: Path, form: str, keep: int):
    path = made(tmp_path, form)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SeraiError, match="truncated"):
        CHECKS[form](path)


def patched(path: Path, offset: int, data: bytes) -> Path:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)
    return path


def test_a_difference_to_another_disk_is_refused(tmp_path: Path):
    vdi = patched(made(tmp_path, "vdi"), 0x4C, struct.pack("<I", 4))
    with pytest.raises(SeraiError, match="difference to another vdi"):
        headers.vdi(vdi)
    vhd = made(tmp_path, "vpc")
    with pytest.raises(SeraiError, match="difference to another vhd"):
        headers.vhd(patched(vhd, vhd.stat().st_size - 512 + 60, struct.pack(">I", 4)))


def test_a_vmdk_of_many_parts_is_refused(tmp_path: Path):
    path = tmp_path / "a.vmdk"
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", path, "8M"], check=True
    )
    with pytest.raises(SeraiError, match="is not taken"):
        headers.vmdk_flat_extent(path)


def test_the_extent_beside_its_descriptor_is_found(tmp_path: Path):
    path = tmp_path / "a.vmdk"
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", path, "8M"], check=True
    )
    assert headers.vmdk_flat_extent(path) == tmp_path / "a-flat.vmdk"
