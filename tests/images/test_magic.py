"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import tarfile
from pathlib import Path

import pytest

from serai.images.magic import Kind, kind


def told(tmp_path: Path, data: bytes) -> Kind:
    path = tmp_path / "named.qcow2"
    path.write_bytes(data)
    return kind(path)


@pytest.mark.parametrize(
    ("form", "options", "what"),
    [
        ("qcow2", "", Kind.QCOW2),
        ("vmdk", "", Kind.VMDK),
        ("vmdk", "subformat=monolithicFlat", Kind.VMDK_DESCRIPTOR),
        ("vdi", "", Kind.VDI),
        ("vpc", "", Kind.VHD),
        ("vpc", "subformat=fixed", Kind.VHD),
        ("vhdx", "", Kind.VHDX),
    ],
)
def test_what_qemu_img_writes_is_recognized(tmp_path: Path, form: str, options: str, what: Kind):
    path = tmp_path / "a.raw"
    words = ["-o", options] if options else []
    subprocess.run(["qemu-img", "create", "-q", "-f", form, *words, path, "8M"], check=True)
    assert kind(path) is what


def test_a_tar_is_recognized(tmp_path: Path):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert told(tmp_path, data.getvalue()) is Kind.TAR


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (gzip.compress(b"x"), Kind.GZIP),
        (lzma.compress(b"x"), Kind.XZ),
        (bz2.compress(b"x"), Kind.BZIP2),
        (b"\x28\xb5\x2f\xfd....", Kind.ZSTD),
        (bytes(510) + b"\x55\xaa", Kind.RAW),
        (bytes(512) + b"EFI PART", Kind.RAW),
        (bytes(1080) + b"\x53\xef", Kind.RAW),
        (bytes(32769) + b"CD001", Kind.RAW),
        (b"\n <!DOCTYPE html>", Kind.WEB_PAGE),
        (b"<?xml version='1.0'?><Error/>", Kind.WEB_PAGE),
        (b"", Kind.UNKNOWN),
        (bytes(4096), Kind.UNKNOWN),
        (b"QFI", Kind.UNKNOWN),
    ],
    ids=["gzip", "xz", "bzip2", "zstd", "mbr", "gpt", "ext4", "iso", "html", "xml", "empty", "zeros", "short"],
)
def test_the_first_bytes_decide(tmp_path: Path, data: bytes, what: Kind):
    assert told(tmp_path, data) is what


def test_a_fixed_vhd_with_a_partition_table_is_a_vhd(tmp_path: Path):
    footer = b"conectix" + bytes(504)
    assert told(tmp_path, bytes(510) + b"\x55\xaa" + bytes(4096) + footer) is Kind.VHD
