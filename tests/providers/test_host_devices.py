"""Devices of the host that are to be given away are looked for, and what is missing is said by its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from serai.providers.host_devices import is_plugged_in, problems
from serai.providers.host_files import Below
from serai.spec.device import UsbDevice
from serai.spec.machine import Machine

UUID = "4b20d080-1b54-4048-85b3-a6a62d165c01"


def plug_in(root: Path, name: str, **files: str) -> None:
    place = root / "sys/bus/usb/devices" / name
    place.mkdir(parents=True)
    for file, text in files.items():
        (place / file).write_text(f"{text}\n")


def keys(root: Path, **devices: Any) -> list[str]:
    machine = msgspec.convert({"name": "web", "devices": devices}, Machine)
    return [key for key, *_ in problems(machine, Below(root), managed=True)]


def test_a_usb_device_is_found_by_kind_or_place(tmp_path: Path) -> None:
    plug_in(tmp_path, "1-2", idVendor="046d", idProduct="c52b", busnum="1", devnum="4")
    plug_in(tmp_path, "1-2:1.0")
    assert is_plugged_in(UsbDevice(vendor="0x046D", product="c52b"), Below(tmp_path))
    assert is_plugged_in(UsbDevice(bus=1, device=4), Below(tmp_path))
    assert not is_plugged_in(UsbDevice(bus=1, device=5), Below(tmp_path))
    assert not is_plugged_in(UsbDevice(vendor="046d", product="c52c"), Below(tmp_path))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert keys(tmp_path, pci=[{"address": "01:00"}]) == ["devices.pci[0]"]
    assert keys(tmp_path, mdev=[{"uuid": UUID}]) == ["devices.mdev[0].uuid"]
    assert keys(tmp_path, usb=[{"bus": 1, "device": 4}]) == ["devices.usb[0]"]


def test_what_is_there_or_may_be_missing_is_not(tmp_path: Path) -> None:
    (tmp_path / "sys/bus/mdev/devices" / UUID).mkdir(parents=True)
    assert keys(tmp_path, mdev=[{"uuid": UUID}]) == []
    assert keys(tmp_path, usb=[{"bus": 1, "device": 4, "optional": True}]) == []
