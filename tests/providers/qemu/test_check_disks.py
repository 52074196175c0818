"""Disks that cannot be as they are stated (DISK-1..3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.qemu.check_disks import check, check_with
from serai.spec.machine import Machine

GIB = 1 << 30


def refused(disks: dict[str, Any], **more: Any) -> list[str]:
    found = list(check(msgspec.convert({"name": "web", "disks": disks, **more}, Machine)))
    assert all(each.hint for each in found)
    return [each.message.partition(":")[0] for each in found]


@pytest.mark.parametrize(
    ("disk", "key"),
    [
        ({"io": "native", "cache": "unsafe"}, "disks.d.io"),
        ({"path": "old.img"}, "disks.d.format"),
        ({"path": "/dev/vg0/data"}, "disks.d.format"),
        ({"pool": "fast"}, "disks.d.pool"),
        ({"readonly": True, "bus": "sata"}, "disks.d.readonly"),
        ({"detect_zeroes": "unmap", "discard": "ignore"}, "disks.d.detect_zeroes"),
        ({"preallocation": "metadata", "format": "raw"}, "disks.d.preallocation"),
        ({"device": "cdrom", "bus": "nvme"}, "disks.d.bus"),
        ({"device": "cdrom", "size": GIB}, "disks.d.size"),
        ({"device": "floppy", "size": GIB}, "disks.d.size"),
        ({"device": "floppy", "queues": 2}, "disks.d.queues"),
        ({"device": "floppy", "iothreads": [1]}, "disks.d.iothreads"),
        ({"queues": 2, "bus": "sata"}, "disks.d.queues"),
        ({"iothreads": [1], "bus": "nvme"}, "disks.d.iothreads"),
        ({"iothreads": [2]}, "disks.d.iothreads"),
    ],
)
def test_it_is_refused_by_its_key(disk: dict[str, Any], key: str) -> None:
    assert refused({"d": disk}) == [key]


def test_scsi_disks_share_a_controller() -> None:
    disks = {"a": {"bus": "scsi", "queues": 2}, "b": {"bus": "scsi", "queues": 3}}
    assert refused(disks) == ["disks"]
    assert refused({**disks, "b": {"bus": "scsi"}}) == []


def test_one_thread_serves_a_scsi_controller() -> None:
    assert refused({"a": {"bus": "scsi", "iothreads": [1, 2]}}, iothreads=2) == ["disks.a.iothreads"]


class Able:
    """As much of a QEMU as is looked at."""

    version = "7.2.22"
    blk_properties = frozenset({"iothread"})
    aio = frozenset({"threads", "native"})


def test_what_this_qemu_was_built_without_is_refused() -> None:
    disks = {"a": {"iothreads": [1, 2]}, "b": {"io": "io_uring"}, "c": {}}
    machine = msgspec.convert({"name": "web", "iothreads": 2, "disks": disks}, Machine)
    found = [each.message.partition(":")[0] for each in check_with(machine, Able())]  # type: ignore[arg-type]
    assert found == ["disks.a.iothreads", "disks.b.io"]


def test_sata_has_six_ports_on_one_board() -> None:
    disks = {f"d{number}": {"bus": "sata"} for number in range(6)}
    assert refused(disks) == []
    assert refused({**disks, "cd": {"device": "cdrom"}}) == ["disks"]
    assert refused({"cd": {"device": "cdrom"}}, providers={"qemu": {"machine": "pc"}}) == ["disks"]


def test_two_floppies_go_into_one_board() -> None:
    floppies = {f"f{number}": {"device": "floppy"} for number in range(3)}
    assert refused({"f0": floppies["f0"], "f1": floppies["f1"]}) == []
    assert refused(floppies) == ["disks.f2"]
    assert refused({"a": {"device": "floppy"}}, providers={"qemu": {"machine": "pc"}}) == ["disks.a.device"]


@pytest.mark.parametrize(
    ("names", "more", "key"),
    [
        (["data", "data-file"], {}, "disks.data-file"),
        (["data-file", "data"], {}, "disks.data"),
        (["root-file"], {"image": "tiny"}, "disks.root-file"),
        (["seed"], {"image": "tiny"}, "disks.seed"),
        (["database-replication-a", "database-replication-b"], {}, "disks.database-replication-b.serial"),
    ],
)
def test_what_qemu_or_a_guest_would_take_for_another_is_refused(
    names: list[str], more: dict[str, Any], key: str
) -> None:
    assert refused({name: {"size": GIB} for name in names}, **more) == [key]


@pytest.mark.parametrize(
    "disks",
    [
        {"root-file": {"path": "a.qcow2"}, "seed": {"path": "b.qcow2"}},
        {"database-replication-a": {"size": GIB}, "database-replication-b": {"size": GIB, "serial": "b"}},
        # A floppy has no serial number.
        {"database-replication-a": {"device": "floppy"}, "database-replication-b": {"device": "floppy"}},
        # QEMU knows these two by a digest each.
        {"x" * 40: {"size": GIB, "serial": "x"}, f"{'x' * 40}-file": {"size": GIB}},
    ],
)
def test_names_that_only_look_alike_are_taken(disks: dict[str, Any]) -> None:
    assert refused(disks) == []
