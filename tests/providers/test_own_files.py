"""A disk's own file that is not there is named with what makes one; a hook that may make it is waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers import own_files
from serai.spec.disk import Disk, DiskDevice, DiskFormat
from serai.spec.hook import Event, Hook, On
from serai.spec.machine import Machine
from serai.util.errors import Code


def machine(hooks: dict[Event, list[Hook]] | None = None, **disks: Disk) -> Machine:
    return Machine(name="web", disks=disks, hooks=hooks or {})


def test_a_path_is_meant_from_the_project(tmp_path: Path) -> None:
    assert own_files.place("data/a.raw", tmp_path) == tmp_path / "data/a.raw"
    assert own_files.place("/dev/sdb", tmp_path) == Path("/dev/sdb")


def test_a_file_that_is_not_there_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    (tmp_path / "here.qcow2").touch()
    disks = {"data": Disk(path="gone.raw", format=DiskFormat.RAW), "more": Disk(path="here.qcow2")}
    (problem,) = own_files.missing(machine(**disks), tmp_path)
    assert problem.code is Code.MISSING
    assert problem.message == f"web: disks.data.path: {tmp_path}/gone.raw is not there"
    assert problem.hint.startswith(f"qemu-img create -f raw {tmp_path}/gone.raw SIZE")


def test_a_device_and_a_disc_are_not_made_with_qemu_img(tmp_path: Path) -> None:
    disks = {"disk": Disk(path="/dev/none"), "disc": Disk(path="none.iso", device=DiskDevice.CDROM)}
    hints = [problem.hint for problem in own_files.missing(machine(**disks), tmp_path)]
    assert hints == ["lsblk lists what there is", "state a file that is there, or leave path out: an empty drive"]


def test_a_hook_on_the_host_may_make_it(tmp_path: Path) -> None:
    disk = Disk(path="gone.raw")
    on_host = {Event.BEFORE_CREATE: [Hook(run="truncate -s 1G gone.raw")]}
    in_guest = {Event.BEFORE_START: [Hook(run="true", on=On.GUEST)]}
    assert list(own_files.missing(machine(on_host, data=disk), tmp_path)) == []
    assert len(list(own_files.missing(machine(in_guest, data=disk), tmp_path))) == 1


@pytest.mark.parametrize("path", ["~nobody-of-that-name/x", "a" * 300, "a\0b", "~a\0b"])
def test_a_path_that_cannot_be_is_not_there(path: str, tmp_path: Path) -> None:
    (problem,) = own_files.missing(machine(data=Disk(path=path)), tmp_path)
    assert problem.message == f"web: disks.data.path: {tmp_path / path} is not there"
