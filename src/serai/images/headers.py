"""What disk images of strangers say in their headers, read before any tool opens them: other files, tricks, sizes.

A qcow2 may name a backing or data file of this host, a vmdk an extent or a parent; QEMU would open it and give
its content to the guest. Source: qemu docs/interop/qcow2.txt; VMware Virtual Disk Format 5.0; VHD 1.0; VDICore.h.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import msgspec

from serai.util.errors import Code, SeraiError
from serai.util.units import human_size

MAX_VIRTUAL = 64 << 40  # bytes; the largest disk that the clouds know is 64 TiB
_MAX_SNAPSHOTS = 64
_MAX_L1 = 4 << 20  # entries: 32 MiB, QEMU's own limit (QCOW_MAX_L1_SIZE)
_MAX_REFCOUNT_CLUSTERS = 128  # QEMU allows 8 MiB of refcount table (QCOW_MAX_REFTABLE_SIZE), 64 KiB clusters
_KNOWN_INCOMPATIBLE = 0b11011  # dirty, corrupt, compression type, extended L2; bit 2 is the external data file
_SPLIT = ("twoGbMaxExtentSparse", "twoGbMaxExtentFlat")
_MAX_PIECES = 1024  # of a split vmdk: 2 TiB
_PARENT = b"parentFileNameHint"
_PARENT_AT, _PARENT_SIZE = 0x200, 20 * 512  # where QEMU looks for it, whatever the header says: block/vmdk.c
_ACCESS = re.compile(r"(?:RW|RDONLY|NOACCESS)\b")
_EXTENT = re.compile(r'(?:RW|RDONLY)\s+([0-9]{1,15})\s+(\w+)\s+"([^"]*)"(?:\s+([0-9]{1,15})\b)?')
_OFFSET_MASK = 0x00FFFFFFFFFFFE00


def refuse(path: Path, why: str, hint: str = "") -> SeraiError:
    return SeraiError(Code.CORRUPT, f"image {path}: {why}", hint=hint)


def qcow2(path: Path) -> int:
    """Check a qcow2 that stands alone; gives its virtual size (bytes). Raises Code.CORRUPT with the reason."""
    length = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(112)
        if len(head) < 72:
            raise refuse(path, "it ends within its header: it is truncated")
        (
            version,
            backing,
            _backing_size,
            bits,
            size,
            crypt,
            l1_size,
            l1,
            refcounts,
            refcount_clusters,
            snapshots,
        ) = struct.unpack_from(">IQIIQIIQQII", head, 4)
        if version not in (2, 3):
            raise refuse(path, f"qcow2 version {version} is not known")
        if backing:
            raise refuse(
                path,
                "it has a backing file: it is a part of an image, and could name any file of this host",
                hint="make it stand alone where it comes from: qemu-img convert -O qcow2 OLD NEW",
            )
        if version == 3 and len(head) >= 104:
            _incompatible(path, *struct.unpack_from(">Q", head, 72))
            (header_length,) = struct.unpack_from(">I", head, 100)
            if not 104 <= header_length <= 4096:
                raise refuse(path, f"its header claims {header_length} bytes")
        if crypt:
            raise refuse(path, "it is encrypted", hint="decrypt it first with qemu-img convert")
        if not 9 <= bits <= 21:
            raise refuse(path, f"its clusters claim 2^{bits} bytes")
        _bounded(path, size)
        if snapshots > _MAX_SNAPSHOTS:
            raise refuse(path, f"it claims {snapshots} snapshots, more than {_MAX_SNAPSHOTS}")
        if l1_size > _MAX_L1 or refcount_clusters > _MAX_REFCOUNT_CLUSTERS:
            raise refuse(path, "its tables claim an absurd size")
        if refcounts >= length or l1 + l1_size * 8 > length:
            raise refuse(path, "its tables lie behind its end: it is truncated", hint="bring it here again")
        file.seek(l1)
        entries = struct.unpack(f">{l1_size}Q", file.read(l1_size * 8))
        if any(entry & _OFFSET_MASK >= length for entry in entries):
            raise refuse(path, "its data lies behind its end: it is truncated", hint="bring it here again")
    return int(size)


def _incompatible(path: Path, features: int) -> None:
    if features & 0b100:
        raise refuse(path, "it keeps its data in another file, which could be any file of this host")
    if features & 0b10:
        raise refuse(
            path, "it says of itself that it is corrupt", hint="qemu-img check -r all, where it comes from"
        )
    if features & ~(_KNOWN_INCOMPATIBLE | 0b100):
        raise refuse(path, f"it needs features that are not known (bits {features:#x})")


def _bounded(path: Path, size: int) -> None:
    if size > MAX_VIRTUAL:
        raise refuse(path, f"it claims {human_size(size)}, more than {human_size(MAX_VIRTUAL)}")
    if not size:
        raise refuse(path, "its disk has no bytes")


def vmdk(path: Path) -> None:
    """Check a sparse vmdk that stands alone."""
    with path.open("rb") as file:
        head = file.read(512)
        if len(head) < 512:
            raise refuse(path, "it ends within its header: it is truncated")
        capacity, _grain, offset, sectors = struct.unpack_from("<QQQQ", head, 12)
        if not capacity:
            raise refuse(path, "it only describes disks in other files", hint="convert it to a monolithic vmdk")
        _bounded(path, capacity * 512)
        if sectors > 2048:
            raise refuse(path, "its description claims an absurd size")
        if (offset + sectors) * 512 > path.stat().st_size:
            raise refuse(path, "its description lies behind its end: it is truncated")
        file.seek(offset * 512)
        description = file.read(sectors * 512).split(b"\0")[0].decode(errors="replace")
        file.seek(_PARENT_AT)
        if _PARENT in file.read(_PARENT_SIZE):
            raise _has_parent(path)
    _vmdk_description(path, description)


class Extent(msgspec.Struct, frozen=True):
    """A part of a disk that a description names: a plain file beside it. Sectors have 512 bytes."""

    sectors: int
    kind: str
    file: Path
    offset: int = 0
    """Of a FLAT one: sectors before its first."""


def _extents(path: Path, description: str) -> list[Extent]:
    """All of them. QEMU takes one that is indented, too. Raises Code.CORRUPT for what is no file beside it."""
    lines = [line for each in description.split("\n") if _ACCESS.match(line := each.strip())]
    files = [found for line in lines if (found := _EXTENT.match(line))]
    if not files or len(files) != len(lines) or len(files) > _MAX_PIECES:
        raise refuse(path, f"it has {len(lines)} extents, of which {len(files)} are files")
    extents = []
    for sectors, kind, name, offset in (found.groups("0") for found in files):
        file = path.with_name(name) if name and "/" not in name and name not in (".", "..") else None
        if kind not in ("SPARSE", "FLAT") or file is None or file.is_symlink() or not file.is_file():
            raise refuse(path, f"its data {name[:80]!r} is not a file beside it")
        extents.append(Extent(int(sectors), kind, file, int(offset)))
    return extents


def vmdk_flat_extent(path: Path) -> Path:
    """The one extent of a `monolithicFlat` descriptor, which must lie beside it."""
    if path.stat().st_size > 64 * 1024:
        raise refuse(path, "its description claims an absurd size")
    description = path.read_text(errors="replace")
    _vmdk_description(path, description)
    extents = _extents(path, description)
    if len(extents) != 1 or extents[0].kind != "FLAT":
        raise refuse(path, f"it has {len(extents)} extents", hint="convert it to a monolithic vmdk")
    return extents[0].file


def vmdk_is_split(path: Path) -> bool:
    """Whether a descriptor is of VMware's `twoGbMaxExtent…`, whose data is in pieces beside it."""
    if path.stat().st_size > 64 * 1024:
        raise refuse(path, "its description claims an absurd size")
    kind = re.search(r'^createType\s*=\s*"(\w*)"', path.read_text(errors="replace"), re.MULTILINE)
    return kind is not None and kind[1] in _SPLIT


def vmdk_pieces(path: Path) -> list[Extent]:
    """Check a split vmdk, each of whose pieces must be a plain file beside it."""
    description = path.read_text(errors="replace")
    _vmdk_description(path, description, split=True)
    extents = _extents(path, description)
    for extent in extents:
        if extent.kind == "SPARSE":
            _piece(extent.file, extent.sectors)
    _bounded(path, sum(extent.sectors for extent in extents) * 512)
    return extents


def _piece(piece: Path, sectors: int) -> None:
    with piece.open("rb") as file:
        head = file.read(512)
    if len(head) < 512 or head[:4] != b"KDMV":
        raise refuse(piece, "it is no piece of a vmdk")
    (capacity,) = struct.unpack_from("<Q", head, 12)
    if not 0 < capacity <= sectors + 2048:  # rounded up to a grain
        raise refuse(piece, f"it claims {capacity} sectors, its description {sectors}")


def _has_parent(path: Path) -> SeraiError:
    return refuse(path, "it has a parent disk: it is a part of an image", hint="consolidate its snapshots first")


def _vmdk_description(path: Path, text: str, *, split: bool = False) -> None:
    parent = re.search(r"^parentCID\s*=\s*([0-9a-fA-F]+)", text, re.MULTILINE)
    if (parent and parent[1].lower() != "ffffffff") or _PARENT.decode() in text:
        raise _has_parent(path)
    kind = re.search(r'^createType\s*=\s*"([^"]*)"', text, re.MULTILINE)
    known = _SPLIT if split else ("monolithicSparse", "streamOptimized", "monolithicFlat")
    if kind and kind[1] not in known:
        raise refuse(path, f"vmdk of type {kind[1]} is not taken", hint="convert it to monolithicSparse")


def vdi(path: Path) -> None:
    """Check that a vdi is dynamic or fixed, not a difference to another."""
    with path.open("rb") as file:
        head = file.read(512)
    if len(head) < 512:
        raise refuse(path, "it ends within its header: it is truncated")
    (kind,) = struct.unpack_from("<I", head, 0x4C)
    if kind not in (1, 2):
        raise refuse(path, "it is a difference to another vdi", hint="clone it: VBoxManage clonemedium")
    _bounded(path, *struct.unpack_from("<Q", head, 0x170))


def vhd(path: Path) -> None:
    """Check that a vhd is dynamic or fixed, not a difference to another."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 512))
        footer = file.read(512)
    if len(footer) < 512 or footer[:8] != b"conectix":
        raise refuse(path, "its footer is missing: it is truncated")
    (kind,) = struct.unpack_from(">I", footer, 60)
    if kind not in (2, 3):
        raise refuse(path, "it is a difference to another vhd", hint="merge it first")
    _bounded(path, *struct.unpack_from(">Q", footer, 48))
