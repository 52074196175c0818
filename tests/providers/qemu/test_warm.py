"""Warm starts: what goes with them, what makes two machines of one kind, and where the memory is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Image, Materials
from serai.providers.qemu import lifecycle, template, waking, warm
from serai.providers.qemu.record import Hardware, Phase, Ram, Record, save
from serai.providers.qemu.site import RamFile
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

IMAGE = Image(reference="tiny", digest="sha256:ab", seed="tiny")
MATERIALS = Materials(image=IMAGE, public_keys=("ssh-ed25519 A a",))


def machine(**more: Any) -> Machine:
    return msgspec.convert({"name": "web", "image": "tiny", "warm": True, **more}, Machine)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"image": None}, "image"),
        ({"communicator": "agent"}, "communicator"),
        ({"memory": {"hugepages": {}}}, "memory"),
        ({"memory": {"source": "memfd"}}, "memory"),
        ({"memory": {"max": 8 << 30}}, "memory.max"),
        ({"synced_folders": [{"source": ".", "target": "/srv", "type": "9p"}]}, "synced_folders"),
        ({"devices": {"pci": [{"address": "0000:01:00.0"}]}}, "devices.pci"),
        ({"devices": {"tpm": {}}}, "devices.tpm"),
        ({"devices": {"vsock": {}}}, "devices.vsock"),
        ({"disks": {"data": {"path": "/dev/sdb1", "format": "raw"}}}, "disks.data"),
        ({"disks": {"data": {"format": "raw"}}}, "disks.data.format"),
        ({"networks": [{"public": {"bridge": "br0"}}]}, "networks"),
        ({"networks": [{"private": {"network": "back", "ipv6": "fd00::5/64"}}]}, "networks"),
    ],
)
def test_what_does_not_go_with_it_is_named(more, key):
    found, reason = warm.why_not(machine(**more))

    assert found == key
    assert reason
    (error,) = warm.check(machine(**more))
    assert error.message.startswith(f"warm: {key} does not go with it: ")


def test_what_goes_with_it():
    several = machine(
        synced_folders=[{"source": ".", "target": "/srv", "type": "rsync"}],
        networks=[{"private": {"network": "back"}}, {"forwarded_port": {"guest": 80, "host": 8080}}],
        disks={"data": {"size": 1 << 30}},
    )

    assert warm.why_not(several, IMAGE) == ("", "")
    assert warm.check(several) == []
    assert warm.check(machine(image=None, warm=False)) == []


def test_an_image_that_reads_no_seed_cannot_be_told_who_it_is():
    assert warm.why_not(machine(), msgspec.structs.replace(IMAGE, seed="none")) == (
        "image",
        "tiny reads no seed",
    )


def kind(machine: Machine, image: Image = IMAGE, materials: Materials = MATERIALS, **more: str) -> str:
    return warm.kind_of(machine, image, materials, **{"project": "p1", "host": "h1", **more})


def test_machines_of_one_kind_have_one_key():
    first = machine(networks=[{"private": {"network": "back", "address": "10.0.0.5"}}])
    second = machine(
        name="db",
        hostname="db.example.org",
        provision=[{"shell": {"inline": "true"}}],
        networks=[
            {"private": {"network": "front", "address": "10.0.1.7"}},
            {"forwarded_port": {"guest": 80, "host": 8080}},
        ],
        after={"web": "ready"},
    )

    assert kind(first) == kind(second)
    assert len(kind(first)) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"memory": {"size": 256 * MIB}},
        {"cpu": {"count": 2}},
        {"guest": {"packages": ["tree"]}},
        {"networks": [{"private": {"network": "back"}}]},
        {"networks": [{"uplink": {"model": "e1000"}}]},
        {"disks": {"data": {"size": 1 << 30}}},
        {"providers": {"qemu": {"args": ["-no-reboot"]}}},
    ],
)
def test_what_the_guest_sees_makes_another_kind(other):
    assert kind(machine(**other)) != kind(machine())


def test_image_login_project_and_host_make_another_kind():
    found = {
        kind(machine()),
        kind(machine(), image=msgspec.structs.replace(IMAGE, digest="sha256:cd")),
        kind(machine(), materials=msgspec.structs.replace(MATERIALS, public_keys=("ssh-ed25519 B b",))),
        kind(machine(), materials=msgspec.structs.replace(MATERIALS, user="ann")),
        kind(machine(), project="p2"),
        kind(machine(), host="h2"),
    }

    assert len(found) == 6


def test_the_hardware_has_no_balloon():
    assert machine().memory.balloon
    assert not warm.fitted(machine()).memory.balloon


@pytest.mark.parametrize(
    ("ram", "file"),
    [
        (Ram.PLAIN, None),
        (Ram.OWN, RamFile("ram", shared=True)),
        (Ram.NAMED, RamFile("")),
    ],
)
def test_where_the_memory_is(ram, file):
    assert warm.ram_file(Hardware(machine=machine(), ram=ram), "k") == file


def test_the_memory_of_a_template_is_mapped_privately(home):
    found = warm.ram_file(Hardware(machine=machine(), ram=Ram.TEMPLATE), "k")

    assert found == RamFile(str(home / "templates" / "k" / "ram"), shared=False)


def test_a_machine_that_is_not_warm_has_no_kind(home, tmp_path):
    from serai.providers.contract import Scope

    scope = Scope(project="shop", project_id="1", root=tmp_path, home=home)

    assert warm.find(scope, machine(warm=False), IMAGE, MATERIALS) == ("", None)
    assert warm.find(scope, machine(), None, MATERIALS) == ("", None)


def test_room_for_the_whole_memory_is_taken_before_the_guest_writes_there(tmp_path):
    assert warm.reserve(tmp_path, machine(memory={"size": 4 * MIB}))
    assert (tmp_path / "ram").stat().st_size == 4 * MIB
    assert (tmp_path / "ram").stat().st_blocks * 512 >= 4 * MIB


def test_the_room_is_what_qemu_makes_of_the_size(tmp_path):
    assert warm.reserve(tmp_path, machine(memory={"size": 4_000_000}))
    assert (tmp_path / "ram").stat().st_size == 4_005_888


def test_a_full_disk_means_a_cold_start(tmp_path, monkeypatch):
    def full(handle: int, offset: int, length: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(warm.os, "posix_fallocate", full)

    assert not warm.reserve(tmp_path, machine())
    assert list(Path(tmp_path).iterdir()) == []


def test_a_template_that_qemu_does_not_take_is_dropped_and_the_machine_boots(qemu, monkeypatch):
    record = Record(name="web", project="shop", project_id="t1", project_root="/", phase=Phase.MADE)
    directory = qemu.directory("web")
    directory.mkdir(parents=True)
    save(directory, record)
    known = template.Template(
        key="k-1", host="", image="tiny", image_digest="", hardware=Hardware(machine=machine()), at=0.0,
        hostname="web", instance_id="i", cards=(), hosts="", seals={},
    )  # fmt: skip
    template.write(known)

    def refuses(*_: object, **__: object) -> None:
        raise SeraiError(Code.FAILED, "web: loading its memory: no such device")

    monkeypatch.setattr(waking, "run", refuses)
    said: list[str] = []

    hardware = Hardware(machine=machine())
    assert not lifecycle._woken(qemu.scope, directory, machine(), MATERIALS, hardware, known, said.append)
    assert said == ["it boots, for it cannot be woken: web: loading its memory: no such device"]
    assert template.read("k-1") is None


def test_disks_are_copies_of_the_empty_overlays_that_the_template_has(home, tmp_path, monkeypatch):
    known: Any = SimpleNamespace(key="a-1")
    place = template.place("a-1")
    for name, content in ((template.DISKS, b"base"), (template.EMPTY, b"overlay")):
        (place / name).mkdir(parents=True)
        (place / name / "root.qcow2").write_bytes(content)
        (place / name / "root.qcow2").chmod(0o400)
    monkeypatch.setattr(warm, "run", lambda argv: pytest.fail(f"{argv[0]} was started"))

    warm.make_disks(tmp_path, known)

    made = tmp_path / "disks/root.qcow2"
    assert made.read_bytes() == b"overlay"
    assert made.stat().st_mode & 0o777 == 0o600
