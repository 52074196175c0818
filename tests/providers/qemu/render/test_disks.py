"""Disks, their I/O threads and their place in the order of booting (DISK-1, DISK-2)."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import Image
from serai.providers.qemu.render.disks import iothreads, options
from serai.providers.qemu.site import DiskFile

IMAGE = Image(reference="tiny", digest="sha256:0")


def files(*names: str) -> tuple[DiskFile, ...]:
    return tuple(DiskFile(name=name, path=f"disks/{name}", format="qcow2") for name in names)


def devices(machine: Any, site: Any) -> dict[str, str]:
    found = [option[1] for option in options(machine, site) if option[0] == "-device"]
    return {word.partition("id=dev-")[2].partition(",")[0]: word for word in found}


def test_there_are_as_many_threads_as_stated(site_of: Any, machine_of: Any) -> None:
    found = [option[1] for option in iothreads(machine_of(iothreads=2), site_of())]
    assert found == ["iothread,id=io1", "iothread,id=io2"]
    assert list(iothreads(machine_of(iothreads=0), site_of())) == []


def test_disks_are_tried_as_they_are_written(site_of: Any, machine_of: Any) -> None:
    found = devices(machine_of(), site_of(disks=files("root", "data")))
    assert found["root"].endswith("bootindex=0")
    assert found["data"].endswith("bootindex=1")


def test_a_stated_order_leaves_the_others_out(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(boot={"order": ["data"]})
    found = devices(machine, site_of(disks=files("root", "data")))
    assert found["data"].endswith("bootindex=0")
    assert "bootindex" not in found["root"]


def test_a_kernel_of_qemus_comes_before_all_disks(site_of: Any, machine_of: Any) -> None:
    from pathlib import Path

    image = Image(reference="tiny", digest="sha256:0", kernel=Path("/k"))
    found = devices(machine_of(), site_of(disks=files("root"), image=image))
    assert "bootindex" not in found["root"]


def test_an_empty_drive_has_no_disc(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(disks={"cd": {"device": "cdrom", "bus": "sata"}})
    found = list(options(machine, site_of(disks=(DiskFile(name="cd", path="", format="raw"),))))
    assert found == [("-device", "ide-cd,id=dev-cd,serial=cd,bus=ide.0,bootindex=0")]


def test_scsi_disks_share_a_controller(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(iothreads=2, disks={"a": {"bus": "scsi", "iothreads": [2], "queues": 3}})
    found = [option[1] for option in options(machine, site_of(disks=files("a")))]
    assert found[0] == "virtio-scsi-pci,id=scsi0,iothread=io2,num_queues=3"
