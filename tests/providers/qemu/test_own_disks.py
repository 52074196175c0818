"""A user's own file or device has one writer at a time (DISK-1)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.qemu.own_disks import refuse_claimed, refuse_used, used_by
from serai.providers.qemu.record import Hardware, Phase, Record, hold_life, save
from serai.providers.qemu.site import DiskFile
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB


@pytest.fixture
def db(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A machine that runs, with three disks of the user's own; gives its directory."""
    disks = {
        "data": {"path": "data.raw", "format": "raw"},
        "old": {"path": "old.raw", "format": "raw", "readonly": True},
        "cd": {"path": "a.iso", "device": "cdrom"},
    }
    machine = msgspec.convert({"name": "db", "disks": disks}, Machine)
    directory = home / "projects/shop-1/machines/db"
    directory.mkdir(parents=True)
    save(
        directory,
        Record(
            name="db",
            project="shop",
            project_id="1",
            project_root=str(tmp_path),
            phase=Phase.MADE,
            applied=machine,
            hardware=Hardware(machine=machine),
        ),
    )
    life = hold_life(directory)
    yield directory
    os.close(life)


@pytest.mark.parametrize(
    ("file", "user"),
    [("data.raw", "disk data of machine db of project shop"), ("old.raw", ""), ("a.iso", ""), ("other.raw", "")],
)
def test_who_writes_to_a_file_is_named(db: Path, tmp_path: Path, file: str, user: str) -> None:
    assert used_by(tmp_path / file, tmp_path) == user
    assert used_by(tmp_path / file, db) == ""


@pytest.mark.parametrize(("readonly", "busy"), [(False, True), (True, False)])
def test_a_second_writer_is_refused_and_a_reader_is_not(
    db: Path, tmp_path: Path, readonly: bool, busy: bool, machine_of: Any, site_of: Any
) -> None:
    path = str(tmp_path / "data.raw")
    machine = machine_of(disks={"mine": {"path": path, "format": "raw", "readonly": readonly}})
    site = site_of(
        disks=(DiskFile(name="mine", path=path, format="raw"), DiskFile(name="x", path="x", format="raw"))
    )
    if not busy:
        refuse_used(tmp_path, machine, site)
        return
    with pytest.raises(
        SeraiError, match=r"web: disks.mine.path: .* is disk data of machine db of project shop"
    ) as one:
        refuse_used(tmp_path, machine, site)
    assert one.value.code is Code.BUSY


@pytest.fixture
def loop(tmp_path: Path, need: Any) -> Iterator[Path]:
    """A block device of 32 MiB with a file system."""
    need("losetup", "mkfs.ext4", root=True)
    with (tmp_path / "disk").open("wb") as file:
        file.truncate(32 * MIB)
    done = subprocess.run(["losetup", "--find", "--show", tmp_path / "disk"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("only where there are loop devices")
    device = Path(done.stdout.strip())
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    yield device
    subprocess.run(["losetup", "-d", device], check=True)


@pytest.mark.root
def test_a_device_in_use_is_refused(loop: Path, tmp_path: Path) -> None:
    refuse_claimed(loop, "web: disks.data.path")
    (tmp_path / "mounted").mkdir()
    subprocess.run(["mount", loop, tmp_path / "mounted"], check=True)
    try:
        with pytest.raises(SeraiError, match=f"disks.data.path: {loop} is in use") as failed:
            refuse_claimed(loop, "web: disks.data.path")
    finally:
        subprocess.run(["umount", tmp_path / "mounted"], check=True)
    assert failed.value.code is Code.BUSY
