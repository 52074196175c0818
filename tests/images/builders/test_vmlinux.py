"""The kernel in a bzImage, whatever packs it; what is none, is damaged or cannot be entered is told."""

from __future__ import annotations

import bz2
import ctypes
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any

import pytest

from serai.images.builders import vmlinux as module
from serai.images.builders.vmlinux import vmlinux

NOWHERE = Path("/nonexistent")


def elf(owner: bytes = b"Xen\0", kind: int = 18) -> bytes:
    """A 64-bit ELF file with a note behind another one."""
    first = struct.pack("<III", 4, 20, 3) + b"GNU\0" + bytes(20)
    note = first + struct.pack("<III", len(owner), 8, kind) + owner + bytes(8)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x1000000, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 64, 64, 0x1000)
    notes = struct.pack("<IIQQQQQQ", 4, 4, 176, 0, 0, len(note), len(note), 4)
    return b"\x7fELF\x02\x01\x01" + bytes(9) + header + load + notes + note + bytes(100_000)


def lz4(data: bytes) -> bytes:
    library = ctypes.CDLL("liblz4.so.1")
    found = b"\x02\x21\x4c\x18"
    for at in range(0, len(data), 65536):
        part = data[at : at + 65536]
        target = ctypes.create_string_buffer(library.LZ4_compressBound(len(part)))
        length = library.LZ4_compress_default(part, target, len(part), len(target))
        found += struct.pack("<I", length) + target.raw[:length]
    return found


def zstd(data: bytes) -> bytes:
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compress.restype = library.ZSTD_compressBound.restype = ctypes.c_size_t
    size = ctypes.c_size_t(len(data))
    target = ctypes.create_string_buffer(library.ZSTD_compressBound(size))
    length = library.ZSTD_compress(target, ctypes.c_size_t(len(target)), data, size, 3)
    return target.raw[:length]


PACKERS: dict[str, Any] = {
    "gzip": gzip.compress,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    "bzip2": bz2.compress,
    "lz4": lz4,
    "zstd": zstd,
}


def packed(payload: bytes, size: int, *, version: int = 0x20F) -> bytes:
    """A bzImage: four sectors of setup, then 0x2cc bytes of code, then the payload and its size."""
    payload += struct.pack("<I", size)
    head = bytearray(5 * 512)
    head[0x1F1] = 4
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x206, version)
    struct.pack_into("<II", head, 0x248, 0x2CC, len(payload))
    return bytes(head) + bytes(0x2CC) + payload + bytes(64)


@pytest.mark.parametrize("name", PACKERS)
def test_the_kernel_comes_out_as_it_went_in(name):
    kernel = elf()

    assert vmlinux(packed(PACKERS[name](kernel), len(kernel)), NOWHERE) == kernel


def test_the_packages_library_does_where_the_host_has_none(tmp_path, monkeypatch):
    library = next(Path("/usr/lib").rglob("liblz4.so.1"))
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/liblz4.so.1").symlink_to(library)
    load, asked = ctypes.CDLL, []

    def own(name):
        asked.append(name)
        if "/" not in name:
            raise OSError(name)
        return load(name)

    kernel = elf()
    image = packed(lz4(kernel), len(kernel))
    monkeypatch.setattr(module.ctypes, "CDLL", own)
    assert vmlinux(image, tmp_path) == kernel
    assert asked == ["liblz4.so.1", str(tmp_path / "usr/lib/liblz4.so.1")]
    with pytest.raises(ValueError, match=r"neither this host nor the packages have liblz4\.so\.1"):
        vmlinux(image, NOWHERE)


KERNEL = elf()
GZIP = gzip.compress(KERNEL)


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (b"MZ" + bytes(2000), "no bzImage"),
        (b"", "no bzImage"),
        (packed(GZIP, len(KERNEL), version=0x204), "does not say where"),
        (packed(GZIP, len(KERNEL))[:-100], "does not say where"),
        (packed(GZIP, 1 << 31), "would unpack to 2147483648 bytes"),
        (packed(GZIP, len(KERNEL) - 1), "unpacked to"),
        (packed(GZIP[:200] + bytes(300), len(KERNEL)), "cannot be unpacked|unpacked to"),
        (packed(b"LZ77" + bytes(500), 100), "unknown way"),
        (packed(lz4(KERNEL)[:-40] + b"\xff" * 40, len(KERNEL)), "LZ4 blocks is damaged"),
        (packed(zstd(KERNEL)[:-9] + b"\xff" * 9, len(KERNEL)), "zstd frame is damaged"),
        (packed(gzip.compress(b"#!/bin/sh" * 99), 9 * 99), "no 64-bit ELF"),
        (packed(gzip.compress(elf(kind=17)), len(KERNEL)), "no PVH entry"),
        (packed(gzip.compress(elf(owner=b"GNU\0")), len(KERNEL)), "no PVH entry"),
    ],
)
def test_what_is_no_kernel_that_qemu_can_enter_is_told(image, why):
    with pytest.raises(ValueError, match=why):
        vmlinux(image, NOWHERE)
