"""A bootable disk from a tree of files, without root and loop devices: GPT, GRUB for BIOS and UEFI, ext4.

Debian's own layout: 14 the BIOS boot partition, 15 the EFI system partition, 1 the root at the end, so that it
can grow. Source: GRUB's boot.S and diskboot.S (where the block lists lie), grub-bios-setup; UEFI 2.10, GPT.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from serai.util.errors import Code, SeraiError
from serai.util.process import run, which
from serai.util.units import MIB

GRUB = Path("/usr/lib/grub")
SECTOR = 512
BIOS_START, BIOS_SIZE = 1 * MIB, 1 * MIB
ESP_START, ESP_SIZE = 2 * MIB, 16 * MIB
ROOT_START = ESP_START + ESP_SIZE
_TAIL = 1 * MIB  # for the second partition table

_MODULES = [
    "part_gpt",
    "ext2",
    "search",
    "search_fs_uuid",
    "normal",
    "configfile",
    "linux",
    "test",
    "echo",
    "gzio",
]
_FORMATS = {
    "amd64": ("i386-pc", [*_MODULES, "biosdisk", "serial", "terminal"]),
}
_EFI = {"amd64": ("x86_64-efi", "BOOTX64.EFI"), "arm64": ("arm64-efi", "BOOTAA64.EFI")}

# boot.S: kernel_sector, boot_drive_check; diskboot.S: the block list at the end of its sector.
_BOOT_CODE = 440
_KERNEL_SECTOR, _DRIVE_CHECK, _BLOCK_LIST = 0x5C, 0x66, SECTOR - 12


def root_size(disk_size: int) -> int:
    """Bytes that the root file system gets on a disk of that size."""
    return disk_size - ROOT_START - _TAIL


def assemble(raw: Path, root: Path, work: Path, *, arch: str, size: int, root_uuid: str) -> None:
    """Write the disk `raw` (`size` bytes, sparse) around the root file system `root`."""
    with raw.open("wb") as file:
        file.truncate(size)
    _partition(raw, root_size(size), arch)
    early = work / "early.cfg"
    early.write_text(
        f"search --no-floppy --fs-uuid --set=root {root_uuid}\n"
        "set prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n"
    )
    _splice(raw, _esp(work, early, arch), ESP_START)
    if arch in _FORMATS:
        _bios(raw, work, early, arch)
    _splice(raw, root, ROOT_START)


def _partition(raw: Path, root_bytes: int, arch: str) -> None:
    linux = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709" if arch == "amd64" else "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
    rows = [
        f"1: start={ROOT_START // SECTOR}, size={root_bytes // SECTOR}, type={linux}",
        f"14: start={BIOS_START // SECTOR}, size={BIOS_SIZE // SECTOR}, type=21686148-6449-6E6F-744E-656564454649",
        f"15: start={ESP_START // SECTOR}, size={ESP_SIZE // SECTOR}, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
    ]
    script = "\n".join(["label: gpt", "first-lba: 34", *rows]) + "\n"
    run([which("sfdisk", "fdisk"), "--quiet", raw], input=script)


def _mkimage(work: Path, early: Path, form: str, modules: list[str], prefix: str, output: str) -> Path:
    if not (GRUB / form).is_dir():
        package = {"i386-pc": "grub-pc-bin", "x86_64-efi": "grub-efi-amd64-bin", "arm64-efi": "grub-efi-arm64-bin"}
        raise SeraiError(
            Code.MISSING, f"GRUB's files for {form} are not installed", hint=f"apt install {package[form]}"
        )
    target = work / output
    mkimage = which("grub-mkimage", "grub-common")
    run([mkimage, "-O", form, "-o", target, "-c", early, "-p", prefix, *modules])
    return target


def _esp(work: Path, early: Path, arch: str) -> Path:
    form, name = _EFI[arch]
    modules = [*_MODULES, "fat", "efi_gop", "all_video" if arch == "amd64" else "efi_gop"]
    program = _mkimage(work, early, form, sorted(set(modules)), "/EFI/BOOT", name)
    image = work / "esp.img"
    with image.open("wb") as file:
        file.truncate(ESP_SIZE)
    quiet = {"MTOOLS_SKIP_CHECK": "1"}
    run([which("mformat", "mtools"), "-i", image, "-v", "ESP", "-N", "7e1ac0de", "::"], env=quiet)
    run(["mmd", "-i", image, "::/EFI", "::/EFI/BOOT"], env=quiet)
    run(["mcopy", "-i", image, program, f"::/EFI/BOOT/{name}"], env=quiet)
    return image


def _bios(raw: Path, work: Path, early: Path, arch: str) -> None:
    """What grub-bios-setup does, on a file: boot.img in sector 0, core.img in its partition, block lists."""
    form, modules = _FORMATS[arch]
    core = bytearray(_mkimage(work, early, form, modules, "/boot/grub", "core.img").read_bytes())
    boot = bytearray((GRUB / form / "boot.img").read_bytes())
    if len(core) > BIOS_SIZE:
        raise SeraiError(Code.FAILED, f"GRUB's core image has {len(core)} bytes, its partition only {BIOS_SIZE}")
    first = BIOS_START // SECTOR
    struct.pack_into("<Q", boot, _KERNEL_SECTOR, first)
    boot[_DRIVE_CHECK : _DRIVE_CHECK + 2] = b"\x90\x90"  # no-ops: trust the BIOS's drive number
    sectors = (len(core) + SECTOR - 1) // SECTOR
    # diskboot.S: where the rest of core.img begins, how many sectors, into which segment (as mkimage has it)
    (segment,) = struct.unpack_from("<H", core, _BLOCK_LIST + 10)
    struct.pack_into("<QHH", core, _BLOCK_LIST, first + 1, sectors - 1, segment)
    with raw.open("r+b") as file:
        file.write(boot[:_BOOT_CODE])
        file.seek(BIOS_START)
        file.write(core)


def _splice(raw: Path, part: Path, offset: int) -> None:
    """Copy `part` into `raw`, holes left as holes."""
    with part.open("rb") as source, raw.open("r+b") as target:
        end = source.seek(0, os.SEEK_END)
        position = 0
        while position < end:
            try:
                data = os.lseek(source.fileno(), position, os.SEEK_DATA)
            except OSError:
                return  # nothing but a hole to the end
            hole = os.lseek(source.fileno(), data, os.SEEK_HOLE)
            source.seek(data)
            target.seek(offset + data)
            left = hole - data
            while left:
                chunk = source.read(min(left, MIB))
                target.write(chunk)
                left -= len(chunk)
            position = hole
