"""The kernel as it is in memory, out of a packed one: QEMU maps the one, and reads the other into its own memory.

A bzImage holds it packed behind a header. It is an ELF file, which says in a note where it is entered in 32 bits
(PVH). QEMU loads such a file itself: each machine takes 14 MB less, its guest unpacks nothing, and one that is
woken reads nothing of it. UEFI starts the packed one alone.
Source: Linux, Documentation/arch/x86/boot.rst, payload_offset and payload_length; lz4, lz4_Frame_format.md, legacy
frame; Xen, public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY; QEMU, hw/i386/x86.c, load_elfboot.
"""

from __future__ import annotations

import bz2
import ctypes
import lzma
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

MOST = 256 << 20
"""Bytes that a kernel may unpack to."""
_HEADER, _OLDEST = b"HdrS", 0x208
"""The header's magic, and the version of the boot protocol from which it says where the payload is."""
_SECTOR = 512
_GZIP, _XZ, _BZIP2, _ZSTD, _LZ4 = b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd", b"\x02\x21\x4c\x18"
_PT_NOTE, _PHYS32_ENTRY = 4, 18


def vmlinux(packed: bytes, libraries: Path) -> bytes:
    """The ELF file in a bzImage. `libraries`: a tree of unpacked packages of this host's architecture.

    Raises ValueError where it is none, or QEMU could not enter it.
    """
    payload, size = _payload(packed)
    kernel = _unpacked(payload, size, libraries)
    if len(kernel) != size:
        raise ValueError(f"it unpacked to {len(kernel)} bytes instead of {size}")
    if not any(owner == b"Xen\0" and kind == _PHYS32_ENTRY for owner, kind in _notes(kernel)):
        raise ValueError("it has no PVH entry")
    return kernel


def _payload(packed: bytes) -> tuple[bytes, int]:
    """What is packed, and the bytes that it unpacks to: the last four say so."""
    if len(packed) < 0x250 or packed[0x202:0x206] != _HEADER:
        raise ValueError("it is no bzImage")
    (version,) = struct.unpack_from("<H", packed, 0x206)
    offset, length = struct.unpack_from("<II", packed, 0x248)
    start = ((packed[0x1F1] or 4) + 1) * _SECTOR + offset
    payload = packed[start : start + length]
    if version < _OLDEST or len(payload) != length or length < 8:
        raise ValueError("its header does not say where the kernel is")
    (size,) = struct.unpack("<I", payload[-4:])
    if size > MOST:
        raise ValueError(f"it would unpack to {size} bytes")
    return payload, size


def _unpacked(payload: bytes, size: int, libraries: Path) -> bytes:
    try:
        if payload.startswith(_GZIP):
            return zlib.decompressobj(wbits=31).decompress(payload, size + 1)
        if payload.startswith(_XZ):
            return lzma.LZMADecompressor().decompress(payload, size + 1)
        if payload.startswith(_BZIP2):
            return bz2.BZ2Decompressor().decompress(payload, size + 1)
        if payload.startswith(_LZ4):
            return _lz4(payload[len(_LZ4) : -4], size, libraries)
        if payload.startswith(_ZSTD):
            return _zstd(payload[:-4], size, libraries)
    except (zlib.error, lzma.LZMAError, OSError) as error:
        raise ValueError(f"it cannot be unpacked: {error}") from error
    raise ValueError(f"it is packed in an unknown way ({payload[:4].hex()})")


def _lz4(data: bytes, size: int, libraries: Path) -> bytes:
    """Blocks, each behind its length."""
    unpack = _library("lz4", 1, libraries).LZ4_decompress_safe
    target, done, at = ctypes.create_string_buffer(size), 0, 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, at)
        block = data[at + 4 : at + 4 + length]
        count = unpack(block, ctypes.byref(target, done), len(block), size - done)
        if count < 0 or len(block) != length:
            raise ValueError("one of its LZ4 blocks is damaged")
        done, at = done + count, at + 4 + length
    return target.raw[:done]


def _zstd(data: bytes, size: int, libraries: Path) -> bytes:
    unpack = _library("zstd", 1, libraries).ZSTD_decompress
    unpack.restype = ctypes.c_size_t
    unpack.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    target = ctypes.create_string_buffer(size)
    count = int(unpack(target, size, data, len(data)))
    if count > size:  # the codes of errors are the largest numbers
        raise ValueError("its zstd frame is damaged")
    return target.raw[:count]


def _library(name: str, version: int, libraries: Path) -> ctypes.CDLL:
    """The host's, else that of the unpacked packages: rsync stands on both of them."""
    file = f"lib{name}.so.{version}"
    for path in (file, *sorted(str(found) for found in libraries.rglob(file))):
        try:
            return ctypes.CDLL(path)
        except OSError:
            continue
    raise ValueError(f"neither this host nor the packages have {file}")


def _notes(kernel: bytes) -> Iterator[tuple[bytes, int]]:
    """(owner, kind) of each note. Source: elf(5)."""
    if kernel[:6] != b"\x7fELF\x02\x01":
        raise ValueError("what it holds is no 64-bit ELF file")
    (table,) = struct.unpack_from("<Q", kernel, 0x20)
    length, count = struct.unpack_from("<HH", kernel, 0x36)
    for index in range(count):
        kind, _flags, start, _virtual, _physical, size, *_ = struct.unpack_from(
            "<IIQQQQQQ", kernel, table + index * length
        )
        at, end = start, start + size
        while kind == _PT_NOTE and at + 12 <= end:
            owner, rest, number = struct.unpack_from("<III", kernel, at)
            yield kernel[at + 12 : at + 12 + owner], number
            at += 12 + -(-owner // 4) * 4 + -(-rest // 4) * 4
