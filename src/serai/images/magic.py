"""What a file is, by its first bytes; never by its name.

Source: qemu docs/interop/qcow2.txt; VMware Virtual Disk Format 5.0; VirtualBox VDICore.h; Microsoft VHD and
VHDX specifications; RFC 1952; xz, zstd and bzip2 format documents; POSIX ustar; PKWARE's APPNOTE (zip);
UEFI (GPT).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    QCOW2 = "qcow2"
    VMDK = "vmdk"
    VMDK_DESCRIPTOR = "vmdk descriptor"
    VDI = "vdi"
    VHD = "vhd"
    VHDX = "vhdx"
    RAW = "raw"
    GZIP = "gzip"
    XZ = "xz"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    TAR = "tar"
    ZIP = "zip"
    WEB_PAGE = "web page"
    UNKNOWN = "unknown"


COMPRESSED = frozenset({Kind.GZIP, Kind.XZ, Kind.ZSTD, Kind.BZIP2})

_MAGIC = (
    (0, b"QFI\xfb", Kind.QCOW2),
    (0, b"KDMV", Kind.VMDK),
    (0, b"# Disk DescriptorFile", Kind.VMDK_DESCRIPTOR),
    (0x40, b"\x7f\x10\xda\xbe", Kind.VDI),
    (0, b"conectix", Kind.VHD),
    (0, b"vhdxfile", Kind.VHDX),
    (0, b"\x1f\x8b", Kind.GZIP),
    (0, b"\xfd7zXZ\0", Kind.XZ),
    (0, b"\x28\xb5\x2f\xfd", Kind.ZSTD),
    (0, b"BZh", Kind.BZIP2),
    (257, b"ustar", Kind.TAR),
    (0, b"PK\x03\x04", Kind.ZIP),
    (512, b"EFI PART", Kind.RAW),
    (510, b"\x55\xaa", Kind.RAW),
    (1024 + 56, b"\x53\xef", Kind.RAW),  # ext2, 3, 4 without a partition table
    (32769, b"CD001", Kind.RAW),
)
_HEAD = 40 * 1024  # bytes; the farthest magic lies at 32769


def kind(path: Path) -> Kind:
    """The file's kind. A fixed VHD is raw with a footer, and recognized by it."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, 2)
        if size >= 512:
            file.seek(size - 512)
            footer = file.read(8)
        else:
            footer = b""
    for offset, sign, what in _MAGIC:
        if what is Kind.RAW and footer == b"conectix":
            return Kind.VHD
        if head[offset : offset + len(sign)] == sign:
            return what
    if head.lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return Kind.WEB_PAGE
    return Kind.UNKNOWN
