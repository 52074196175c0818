"""A box as a file: a compressed tar, its metadata first, as `vagrant package` makes it for libvirt.

Source: Vagrant's documentation, Box File Format; vagrant-libvirt's documentation, Box Format, versions 1 and 2.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from serai.images.store import full_disk
from serai.util.units import GIB

Progress = Callable[[str], None]
_LEVEL = 1  # of gzip: qcow2 gains little more from a higher one
Content = Mapping[str, bytes | Path]
"""Name of a member -> what it holds."""


def libvirt(
    disks: Sequence[Path],
    sizes: Sequence[int],
    extra: Mapping[str, bytes | Path],
    *,
    architecture: str | None = None,
    version: int = 1,
    more: Mapping[str, object] = {},
) -> dict[str, bytes | Path]:
    """Members of a box for libvirt from qcow2 disks of so many bytes. Several disks need version 2."""
    metadata: dict[str, Any] = {**more, "provider": "libvirt"}
    if architecture:
        metadata["architecture"] = architecture
    for key in ("disks", "format", "virtual_size"):
        metadata.pop(key, None)
    names = ["box.img"]
    if version == 2 or len(disks) > 1:
        names = [f"disk{number}.img" for number in range(1, len(disks) + 1)]
        metadata["disks"] = [{"path": name, "name": name.removesuffix(".img")} for name in names]
    else:
        metadata |= {"format": "qcow2", "virtual_size": -(-sizes[0] // GIB)}
    text = msgspec.json.format(msgspec.json.encode(metadata))
    return {"metadata.json": text, **extra, **dict(zip(names, disks, strict=True))}


def write(target: Path, content: Content, progress: Progress) -> None:
    """Write the members in their order; the file is whole or not there."""
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with (
            full_disk(target.parent),
            draft.open("xb") as raw,
            gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name, what in content.items():
                progress(f"packing {name}")
                _member(archive, name, what)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _member(archive: tarfile.TarFile, name: str, what: bytes | Path) -> None:
    member = tarfile.TarInfo(name)
    member.mode = 0o600 if name.endswith("private_key") else 0o644
    if isinstance(what, bytes):
        member.size = len(what)
        archive.addfile(member, io.BytesIO(what))
        return
    member.size = what.stat().st_size
    with what.open("rb") as file:
        archive.addfile(member, file)


def directory(source: Path, target: Path, progress: Progress) -> None:
    """An unpacked box as it is."""
    files = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*")) if path.is_file()}
    first: dict[str, bytes | Path] = {"metadata.json": files.pop("metadata.json")}
    files.pop("box.json", None)
    write(target, {**first, **files}, progress)
