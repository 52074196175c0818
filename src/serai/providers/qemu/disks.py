"""Disk files of a machine: overlays on the image, new disks, growth, copies that share their blocks."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from serai.providers import own_files
from serai.providers.contract import Image
from serai.providers.preallocation import default_preallocation, file_system, need_room
from serai.providers.qemu.features import Features
from serai.providers.qemu.site import DiskFile
from serai.providers.qemu.storage import Storage, aio_for
from serai.spec.disk import Disk, DiskFormat, Preallocation
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which
from serai.util.units import GIB, format_size

ROOT = "root"
DEFAULT_SIZE = 10 * GIB
"""Of a disk whose size nobody stated; it takes only what is written to it."""


def specs(machine: Machine, image: Image | None) -> dict[str, Disk]:
    """The machine's disks by name, the image's own first, even when the spec does not name it."""
    disks = dict(machine.disks)
    if image and image.disk:
        root = disks.pop(ROOT, Disk())
        return {ROOT: root, **disks}
    if ROOT in disks:
        return {ROOT: disks.pop(ROOT), **disks}
    return disks


def file_path(name: str, disk: Disk) -> str:
    """Where serai keeps a disk, relative to the machine's directory."""
    return f"disks/{name}.{disk.format}"


def own_path(disk: Disk, project: Path) -> Path | None:
    """The user's own file, which serai uses and never deletes."""
    return own_files.place(disk.path, project) if disk.path else None


def is_made(disk: Disk) -> bool:
    """Whether serai makes its file: a drive holds a medium of the user's, or none."""
    return not disk.path and not disk.is_drive


def disk_files(
    machine: Machine, image: Image | None, project: Path, place: Storage, features: Features
) -> tuple[DiskFile, ...]:
    """How each disk is opened. Raises Code.MISSING for an own file that is not there."""
    found = []
    for name, disk in specs(machine, image).items():
        own = own_path(disk, project)
        direct = place.direct
        block = False
        if own:
            try:
                block = stat.S_ISBLK(own.stat().st_mode)
            except FileNotFoundError as error:
                raise SeraiError(Code.MISSING, f"{machine.name}: disks.{name}.path: {own} is not there") from error
        found.append(
            DiskFile(
                name=name,
                path=str(own) if own else file_path(name, disk) if is_made(disk) else "",
                format="raw" if disk.is_drive else str(disk.format),
                driver="host_device" if block else "file",
                direct=direct,
                aio=aio_for(str(disk.io), direct=_goes_direct(disk, direct), place=place, features=features),
            )
        )
    return tuple(found)


def _goes_direct(disk: Disk, possible: bool) -> bool:
    return possible if disk.cache == "auto" else disk.cache in ("none", "directsync")


def make_missing(directory: Path, machine: Machine, image: Image | None) -> None:
    """Make the disks that are not there yet, all at the same time. A killed run leaves only `.new` files.

    They are called otherwise in each run: a qemu-img whose serai was killed may still be about to make its own.
    """
    disks = directory / "disks"
    disks.mkdir(exist_ok=True, mode=0o700)
    for left in disks.glob("*.new"):
        left.unlink()
    parts: dict[Path, Path] = {}
    commands = []
    for name, disk in specs(machine, image).items():
        target = directory / file_path(name, disk)
        if is_made(disk) and not target.exists():
            size = disk.size or (image.virtual_size if name == ROOT and image and image.disk else DEFAULT_SIZE)
            need_room(machine.name, name, disk, size, shutil.disk_usage(disks).free, str(disks))
            part = parts[target] = target.with_name(f"{target.name}.{os.getpid()}.new")
            commands.append(_make_command(part, name, disk, machine, image))
    _run_together(commands)
    for target, part in parts.items():
        part.rename(target)


def _make_command(target: Path, name: str, disk: Disk, machine: Machine, image: Image | None) -> list[str]:
    program = which("qemu-img", "qemu-utils")
    if name == ROOT and image and image.disk:
        size = disk.size or image.virtual_size
        if size < image.virtual_size:
            raise SeraiError(
                Code.INPUT,
                f"{machine.name}: disks.root.size is {format_size(size)}, but image {image.reference} "
                f"needs {format_size(image.virtual_size)}",
                hint="make it larger, or leave the size out",
            )
        whole = [program, "convert", "-f", image.format, "-O", str(disk.format)]
        if disk.format is DiskFormat.RAW or disk.preallocation not in (None, Preallocation.OFF):
            # An overlay cannot be allocated before it is written to: the image is copied instead.
            return [*whole, *_allocated(disk.preallocation), str(image.disk), str(target)]
        base = ["-b", str(image.disk), "-F", image.format]
        return [program, "create", "-q", "-f", "qcow2", *base, str(target), *([str(size)] if size else [])]
    size = disk.size or DEFAULT_SIZE
    how = _allocated(disk.preallocation or default_preallocation(disk, file_system(target.parent)))
    return [program, "create", "-q", "-f", str(disk.format), *how, str(target), str(size)]


def _allocated(how: Preallocation | None) -> list[str]:
    return ["-o", f"preallocation={how}"] if how not in (None, Preallocation.OFF) else []


def _run_together(commands: Sequence[Sequence[str]]) -> None:
    """Run them side by side; the first failure is told after all have ended."""
    running = [
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for command in commands
    ]
    failures = []
    for process in running:
        _, said = process.communicate()
        if process.returncode:
            failures.append(said.strip() or f"exit code {process.returncode}")
    if failures:
        raise SeraiError(Code.FAILED, f"a disk could not be made: {failures[0].splitlines()[-1]}")


def fit_sizes(directory: Path, machine: Machine, image: Image | None) -> None:
    """Grow the disks of a stopped machine to the sizes that the spec states; never shrinks one."""
    for name, disk in specs(machine, image).items():
        if disk.size and is_made(disk):
            target = directory / file_path(name, disk)
            if virtual_size(target) < disk.size:
                grow(target, str(disk.format), disk.size, disk.preallocation)


def grow(target: Path, form: str, size: int, how: Preallocation | None = None) -> None:
    """Make it larger; what is new is allocated as the rest was."""
    allocated = [f"--preallocation={how}"] if how not in (None, Preallocation.OFF) else []
    run([which("qemu-img", "qemu-utils"), "resize", "-q", "-f", form, *allocated, target, str(size)])


def virtual_size(path: Path) -> int:
    """Bytes that the guest sees. qcow2 says so in its header: version, then 8 bytes big-endian at 24."""
    with path.open("rb") as file:
        head = file.read(32)
        if head[:4] == b"QFI\xfb":
            return int.from_bytes(head[24:32], "big")
        return file.seek(0, os.SEEK_END)


def format_of(path: Path) -> str:
    """`qcow2`, `raw`, … as qemu-img sees it."""
    text = run([which("qemu-img", "qemu-utils"), "info", "--output=json", "-U", path]).stdout
    return str(msgspec.json.decode(text)["format"])


def copy_file(source: Path, target: Path) -> None:
    """A copy that shares its blocks where the file system can (reflink), and keeps holes where it cannot."""
    run(["cp", "--reflink=auto", "--sparse=auto", "--", source, target])


def copy_disks(source: Path, target: Path) -> None:
    """All of serai's disks of one machine, and its firmware variables, for another."""
    (target / "disks").mkdir(exist_ok=True, mode=0o700)
    for file in sorted((source / "disks").glob("[!.]*")):
        if file.suffix != ".new":
            copy_file(file, target / "disks" / file.name)
    copy_state(source, target)


def copy_state(source: Path, target: Path) -> None:
    """What a machine remembers beside its disks: the variables of its firmware, and its TPM."""
    if (source / "efivars.fd").exists():
        shutil.copyfile(source / "efivars.fd", target / "efivars.fd.new")
        (target / "efivars.fd.new").rename(target / "efivars.fd")
    if (source / "tpm").is_dir():
        (target / "tpm").mkdir(mode=0o700, exist_ok=True)
        for file in (source / "tpm").glob("[!.]*"):
            shutil.copyfile(file, target / "tpm" / file.name)
