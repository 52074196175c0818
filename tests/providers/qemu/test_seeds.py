"""A seed that is made before its QEMU is started, or while it starts."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Image, Materials
from serai.providers.qemu import seeds
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Phase, Record
from serai.spec.guest import Guest, GuestFile, UserData
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

WEB = Machine(name="web")
IMAGE = Image(reference="tiny", digest="sha256:1", seed="tiny")
RECORD = Record(
    name="web",
    project="shop",
    project_id="t1",
    project_root="/p",
    phase=Phase.MADE,
    instance_id="i-1",
    image=IMAGE,
)


@pytest.fixture
def directory(qemu: Qemu) -> Path:
    directory = qemu.directory("web")
    directory.mkdir(parents=True)
    return directory


def test_one_that_is_written_late_says_what_an_early_one_says(
    qemu: Qemu, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1.7e9)  # both are made within a second
    seeds.write(qemu.scope, directory, RECORD, WEB, Materials())
    early = (directory / seeds.NAME).read_bytes()
    assert (directory / seeds.NAME).stat().st_mode & 0o777 == 0o600
    (directory / seeds.NAME).unlink()

    assert seeds.keep_place(qemu.scope, directory, RECORD, WEB, Materials())
    assert seeds.is_blank(directory)
    place = (directory / seeds.NAME).stat()
    assert (place.st_size, place.st_mode & 0o777) == (seeds.ROOM, 0o600)
    seeds.put(qemu.scope, directory, RECORD, WEB, Materials())

    late = directory / seeds.NAME
    assert not seeds.is_blank(directory)
    assert late.stat().st_ino == place.st_ino, "a QEMU has it open"
    assert late.read_bytes() == early.ljust(seeds.ROOM, b"\0")


def test_a_long_one_is_written_early(qemu: Qemu, directory: Path) -> None:
    long = GuestFile(path="/etc/long", content="x" * (seeds.ROOM - seeds.OVERHEAD))
    machine = msgspec.structs.replace(WEB, guest=Guest(files=[long]))
    assert not seeds.keep_place(qemu.scope, directory, RECORD, machine, Materials())
    assert not (directory / seeds.NAME).exists()


def test_what_a_guest_cannot_be_told_is_refused_before_its_place_is_kept(qemu: Qemu, directory: Path) -> None:
    machine = msgspec.structs.replace(WEB, guest=Guest(user_data=[UserData(inline="#!/bin/sh")]))
    with pytest.raises(SeraiError, match="no cloud-init"):
        seeds.keep_place(qemu.scope, directory, RECORD, machine, Materials())
    assert not (directory / seeds.NAME).exists()


def test_an_image_that_reads_none_has_no_place_for_it(qemu: Qemu, directory: Path) -> None:
    record = msgspec.structs.replace(RECORD, image=msgspec.structs.replace(IMAGE, seed="none"))
    assert not seeds.keep_place(qemu.scope, directory, record, WEB, Materials())
    assert not seeds.is_blank(directory)


def test_one_whose_writing_was_cut_off_is_blank(
    qemu: Qemu, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serai.guest import seed

    class Cut(bytes):
        def __getitem__(self, part: object) -> bytes:  # type: ignore[override]
            if isinstance(part, slice) and part.start is None:
                raise OSError("the host has lost its power")
            return bytes(self)[part]  # type: ignore[index, return-value]

    assert seeds.keep_place(qemu.scope, directory, RECORD, WEB, Materials())
    monkeypatch.setattr(seed, "iso", lambda content: Cut(bytes([1]) * 400_000))
    with pytest.raises(OSError, match="power"):
        seeds.put(qemu.scope, directory, RECORD, WEB, Materials())
    assert (directory / seeds.NAME).read_bytes().count(1) == 400_000 - seeds.BEGINNING
    assert seeds.is_blank(directory)
