"""Disks out of archives of strangers: bounded decompression, tar and OVA that cannot leave their directory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import subprocess
import tarfile
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from serai.images.headers import refuse
from serai.images.magic import Kind
from serai.util.errors import Code, SeraiError
from serai.util.process import which
from serai.util.units import human_size

_CHUNK = 1 << 20
_MAX_MEMBERS = 64
_MAX_OVF = 4 << 20  # bytes of an OVF description or a manifest
_DISK_NAMES = (".vmdk", ".qcow2", ".raw", ".img", ".vdi", ".vhd", ".vhdx")


def decompress(path: Path, kind: Kind, target: Path, max_size: int) -> None:
    """Write the content of a compressed file, sparse. Raises Code.CORRUPT when it is larger than `max_size`."""
    try:
        if kind is Kind.ZSTD:
            _zstd(path, target, max_size)
            return
        with opened(path, kind) as source:
            copy_bounded(source, target, max_size, path)
    except (EOFError, OSError, lzma.LZMAError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise refuse(path, f"its {kind} stream is damaged or truncated: {error}") from error


def opened(path: Path, kind: Kind) -> IO[bytes]:
    if kind is Kind.GZIP:
        return gzip.open(path)  # type: ignore[return-value]
    return lzma.open(path) if kind is Kind.XZ else bz2.open(path)


def _zstd(path: Path, target: Path, max_size: int) -> None:
    with subprocess.Popen([which("zstd", "zstd"), "-dcq", path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            copy_bounded(process.stdout, target, max_size, path)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise refuse(path, "its zstd stream is damaged or truncated")


def copy_bounded(source: IO[bytes], target: Path, max_size: int, path: Path, digest: str = "") -> str:
    """Copy a stream, leaving holes for zeros; gives its digest when an algorithm is named."""
    hasher = hashlib.new(digest) if digest else None
    done, zeros = 0, bytes(_CHUNK)
    with target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            if done > max_size:
                raise SeraiError(
                    Code.CORRUPT,
                    f"image {path}: it unpacks to more than {human_size(max_size)}",
                    hint="allow more with --max-size, if you trust it",
                )
            if hasher:
                hasher.update(chunk)
            if chunk == zeros[: len(chunk)]:
                file.seek(len(chunk), 1)
            else:
                file.write(chunk)
        file.truncate(done)
    return hasher.hexdigest() if hasher else ""


def disk_of_tar(path: Path, work: Path, max_size: int) -> Path:
    """Unpack the one disk of an OVA or tar into `work`. Raises Code.CORRUPT for anything that would leave it."""
    try:
        with tarfile.open(path, "r:") as archive:
            members = _members(path, archive)
            disk = _disk_name(path, archive, members)
            target = work / f"unpacked{Path(disk).suffix}"
            source = archive.extractfile(members[disk])
            assert source is not None
            promised = _manifest_digest(archive, members, disk)
            digest = copy_bounded(source, target, max_size, path, promised[0])
            if promised[1] != digest:
                raise refuse(path, f"{disk} is not what the archive's manifest says: it is altered")
            if target.stat().st_size != members[disk].size:
                raise refuse(path, f"{disk} is truncated")
    except tarfile.TarError as error:
        raise refuse(path, f"the archive is damaged or truncated: {error}") from error
    return target


def _members(path: Path, archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    found: dict[str, tarfile.TarInfo] = {}
    for member in archive:
        name = member.name.removeprefix("./")
        if member.isdir() and name in ("", "."):
            continue
        if not member.isreg() or member.issparse():
            raise refuse(path, f"{member.name} in the archive is not a plain file")
        if "/" in name or name in ("", ".", "..") or name in found:
            raise refuse(path, f"{member.name} in the archive would leave its directory, or is there twice")
        if len(found) >= _MAX_MEMBERS:
            raise refuse(path, f"the archive has more than {_MAX_MEMBERS} members")
        found[name] = member
    return found


def _disk_name(path: Path, archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> str:
    descriptions = [name for name in members if name.endswith(".ovf")]
    if descriptions:
        disks = ovf_disks(path, _small(path, archive, members[descriptions[0]]))
    else:
        disks = [name for name in members if name.endswith(_DISK_NAMES)]
    missing = [name for name in disks if name not in members]
    if missing:
        raise refuse(path, f"its description names {missing[0]}, which the archive does not hold")
    if len(disks) != 1:
        raise refuse(path, f"it holds {len(disks)} disks", hint="unpack it, and import each disk")
    return disks[0]


def _small(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _MAX_OVF:
        raise refuse(path, f"{member.name} claims {human_size(member.size)}")
    file = archive.extractfile(member)
    return file.read() if file else b""


def ovf_disks(path: Path, text: bytes) -> list[str]:
    """Files of the disks. Source: DMTF DSP0243, References and DiskSection."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise refuse(path, "its OVF description has a document type: refused, entities can be bombs")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise refuse(path, f"its OVF description is not XML: {error}") from error

    def attribute(element: ElementTree.Element, name: str) -> str:
        return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")

    files = {attribute(file, "id"): attribute(file, "href") for file in root.iter() if file.tag.endswith("}File")}
    disks = [disk for disk in root.iter() if disk.tag.endswith("}Disk")]
    return [files[attribute(disk, "fileRef")] for disk in disks if attribute(disk, "fileRef") in files]


def _manifest_digest(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], disk: str) -> tuple[str, str]:
    """(algorithm, digest) that the OVA's own manifest promises; empty when it has none."""
    for name, member in members.items():
        if name.endswith(".mf") and member.size < _MAX_OVF and (file := archive.extractfile(member)):
            text = file.read().decode(errors="replace")
            for algorithm, of, digest in re.findall(r"(SHA\d+)\s*\((.+?)\)\s*=\s*([0-9a-fA-F]+)", text):
                if of == disk and algorithm.lower() in ("sha1", "sha256", "sha512"):
                    return algorithm.lower(), digest.lower()
    return "", ""
