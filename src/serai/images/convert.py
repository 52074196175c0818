"""Any disk image that people have, as a qcow2 that stands alone: checked first, converted where it must be."""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from serai.images import archive, headers
from serai.images.made import Made
from serai.images.magic import COMPRESSED, Kind, kind
from serai.images.store import full_disk
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

MAX_SIZE = 256 << 30
"""Bytes that an image may unpack to, unless a person allows more."""
_MEMORY = 2 << 30  # bytes of address space for qemu-img; a normal conversion takes under 300 MiB
_CPU_SECONDS = 3600
_FICLONE = 0x40049409  # linux/fs.h

_QEMU_FORMAT = {
    Kind.VMDK: "vmdk",
    Kind.VMDK_DESCRIPTOR: "vmdk",
    Kind.VDI: "vdi",
    Kind.VHD: "vpc",
    Kind.VHDX: "vhdx",
    Kind.RAW: "raw",
}


def convert(
    path: Path,
    work: Path,
    *,
    user: str,
    progress: Callable[[str], None],
    seed: str = "cloud-init",
    firmware: tuple[str, ...] = ("bios", "uefi"),
    max_size: int = MAX_SIZE,
) -> Made:
    """Make `disk.qcow2` in `work` from a file of any kind that `magic` knows.

    Raises Code.CORRUPT when the file is not an image, is damaged, or reaches for other files.
    """
    what = kind(path)
    if what in COMPRESSED:
        progress("unpacking")
        plain = work / "plain"
        archive.decompress(path, what, plain, max_size)
        path, what = plain, kind(plain)
    if what is Kind.TAR:
        progress("unpacking")
        path = archive.disk_of_tar(path, work, max_size)
        what = kind(path)
    disk = work / "disk.qcow2"
    size = _to_qcow2(path, what, disk, max_size, progress)
    return Made(disk=disk, virtual_size=size, user=user, seed=seed, firmware=firmware)


def _to_qcow2(path: Path, what: Kind, disk: Path, max_size: int, progress: Callable[[str], None]) -> int:
    work = disk.parent
    if what is Kind.QCOW2:
        size = headers.qcow2(path)
        progress("copying")
        copy(path, disk)
        return size
    if what is Kind.VMDK_DESCRIPTOR and headers.vmdk_is_split(path):
        path = _description(headers.vmdk_pieces(path), work)
    elif what is Kind.VMDK_DESCRIPTOR:
        path, what = headers.vmdk_flat_extent(path), Kind.RAW
    check = {Kind.VMDK: headers.vmdk, Kind.VDI: headers.vdi, Kind.VHD: headers.vhd}.get(what)
    if check:
        check(path)
    if what not in _QEMU_FORMAT:
        raise _not_an_image(path, what)
    progress(f"converting from {what}")
    qemu_img = which("qemu-img", "qemu-utils")
    fence = ["prlimit", f"--as={_MEMORY}", f"--cpu={_CPU_SECONDS}", f"--fsize={max_size}"]
    with full_disk(work):
        run(
            [*fence, qemu_img, "convert", "-O", "qcow2", *_alone(path, _QEMU_FORMAT[what], work), disk.absolute()],
            timeout=_CPU_SECONDS,
            cwd=work,
        )
    told = run([qemu_img, "info", "-f", "qcow2", "--output=json", disk]).stdout
    size = int(json.loads(told)["virtual-size"])
    headers.qcow2(disk)
    return size


def _alone(path: Path, form: str, work: Path) -> list[str]:
    """The file as qemu-img, which runs in `work`, is told of it: of this format and alone, whatever is in it."""
    if form == "raw":
        return ["-f", form, str(path.absolute())]
    file = {"driver": "file", "filename": _name(path, work)}
    return ["json:" + json.dumps({"driver": form, "file": file, "backing": None})]


def _name(path: Path, work: Path) -> str:
    """The file's name for JSON, which has UTF-8 alone: one that is not has a link in `work`."""
    name = str(path.relative_to(work) if path.is_relative_to(work) else path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:
        link = Path(tempfile.mkdtemp(prefix="named.", dir=work)) / "image"
        link.symlink_to(path.absolute())
        return str(link.relative_to(work))
    return name


def _description(pieces: Sequence[headers.Extent], work: Path) -> Path:
    """A split vmdk's description of our own, in a new directory of `work`: a stranger's may say more."""
    place = Path(tempfile.mkdtemp(prefix="pieces.", dir=work))
    lines = ["# Disk DescriptorFile", "version=1", "CID=fffffffe", "parentCID=ffffffff"]
    lines.append('createType="twoGbMaxExtentSparse"')
    for number, piece in enumerate(pieces):
        (place / f"piece{number}").symlink_to(piece.file.absolute())
        end = f" {piece.offset}" if piece.kind == "FLAT" else ""
        lines.append(f'RW {piece.sectors} {piece.kind} "piece{number}"{end}')
    path = place / "pieces.vmdk"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def _not_an_image(path: Path, what: Kind) -> SeraiError:
    if what is Kind.WEB_PAGE:
        return SeraiError(Code.CORRUPT, f"image {path}: it is a web page, not an image", hint="download it again")
    if path.stat().st_size == 0:
        return SeraiError(Code.CORRUPT, f"image {path}: it is empty")
    if what in COMPRESSED or what is Kind.TAR:
        return SeraiError(Code.CORRUPT, f"image {path}: an archive within an archive", hint="unpack it first")
    return SeraiError(
        Code.CORRUPT,
        f"image {path}: not a disk image (qcow2, raw with a partition table, vmdk, vdi, vhd, vhdx)",
        hint="see what it is: file " + str(path),
    )


def copy(source: Path, target: Path) -> None:
    """A copy that shares its blocks where the file system can."""
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        except OSError:
            with full_disk(target, need=source.stat().st_size):
                shutil.copyfileobj(old, new, 1 << 20)
