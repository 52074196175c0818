"""The disk around a root file system, judged by sfdisk, mtools and GRUB's own layout; test_debian boots it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from serai.images.builders import disk, ext4
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

UUID = "7e1ac0de-0000-4000-8000-0000000000fe"
SIZE = 128 << 20


@pytest.fixture
def raw(tmp_path: Path, need: Callable[..., None]) -> Path:
    need("grub-mkimage", "mformat", "mcopy", "mdir")
    (tmp_path / "tree/boot/grub").mkdir(parents=True)
    (tmp_path / "tree/boot/grub/grub.cfg").write_text("set timeout=0\n")
    root = tmp_path / "root.ext4"
    ext4.make(root, tmp_path / "tree", size=disk.root_size(SIZE), label="root", uuid=UUID)
    path = tmp_path / "disk.raw"
    disk.assemble(path, root, tmp_path, arch="amd64", size=SIZE, root_uuid=UUID)
    return path


def test_the_partitions_are_debians_and_the_root_is_last(raw: Path):
    table = json.loads(run([which("sfdisk", "fdisk"), "--json", raw]).stdout)["partitiontable"]
    parts = {part["node"].removeprefix(str(raw)): part for part in table["partitions"]}
    assert table["label"] == "gpt" and set(parts) == {"1", "14", "15"}
    assert parts["14"]["type"] == "21686148-6449-6E6F-744E-656564454649"
    assert parts["15"]["type"] == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
    assert parts["1"]["start"] * disk.SECTOR == disk.ROOT_START
    assert parts["1"]["size"] * disk.SECTOR == disk.root_size(SIZE)
    assert parts["1"]["start"] == max(part["start"] for part in parts.values())
    run([which("sfdisk", "fdisk"), "--verify", raw])


def test_the_root_file_system_lies_in_its_partition(raw: Path, tmp_path: Path):
    with raw.open("rb") as file:
        file.seek(disk.ROOT_START)
        assert file.read(disk.root_size(SIZE)) == (tmp_path / "root.ext4").read_bytes()


def test_the_firmware_of_uefi_finds_its_program(raw: Path):
    where = f"{raw}@@{disk.ESP_START}"
    assert "BOOTX64" in run(["mdir", "-i", where, "::/EFI/BOOT"]).stdout


def test_the_bios_is_led_to_grubs_second_step(raw: Path):
    """Source: boot.S, kernel_sector at 0x5c; diskboot.S, the block list at the end of its sector."""
    with raw.open("rb") as file:
        boot = file.read(512)
        file.seek(disk.BIOS_START)
        first = file.read(512)
    assert boot[510:] == b"\x55\xaa"
    assert struct.unpack_from("<Q", boot, 0x5C) == (disk.BIOS_START // 512,)
    start, count = struct.unpack_from("<QH", first, 500)
    assert start == disk.BIOS_START // 512 + 1
    assert 0 < count * 512 <= disk.BIOS_SIZE


def test_what_was_a_hole_stays_a_hole(raw: Path):
    assert raw.stat().st_size == SIZE
    assert raw.stat().st_blocks * 512 < SIZE // 2


@pytest.mark.usefixtures("raw")
def test_missing_files_of_grub_are_told_with_their_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "GRUB", tmp_path / "nothing")
    with pytest.raises(SeraiError, match="x86_64-efi are not installed") as caught:
        disk.assemble(
            tmp_path / "new.raw", tmp_path / "root.ext4", tmp_path, arch="amd64", size=SIZE, root_uuid=UUID
        )
    assert caught.value.code is Code.MISSING
    assert "grub-efi-amd64-bin" in caught.value.hint
