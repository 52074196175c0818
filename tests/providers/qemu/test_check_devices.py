"""Devices that cannot be given, on hosts made of files (PCI-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.qemu import companions
from serai.providers.qemu.check_devices import check
from serai.spec.machine import Machine

UUID = "4b20d080-1b54-4048-85b3-a6a62d165c01"


def refused(root: Path, **spec: Any) -> list[str]:
    found = list(check(msgspec.convert({"name": "web", **spec}, Machine), root))
    assert all(each.hint for each in found)
    return [each.message.partition(":")[0] for each in found]


def plug_in(root: Path, place: str, **files: str) -> None:
    (root / "sys/bus/usb/devices" / place).mkdir(parents=True)
    for name, text in files.items():
        (root / "sys/bus/usb/devices" / place / name).write_text(f"{text}\n")


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"devices": {"vsock": {}}}, "devices.vsock"),
        ({"devices": {"mdev": [{"uuid": UUID}]}}, "devices.mdev[0].uuid"),
        ({"devices": {"usb": [{"vendor": "046d", "product": "c52b"}]}}, "devices.usb[0]"),
        ({"devices": {"pci": [{"address": "01:00"}]}}, "devices.pci[0]"),
        ({"devices": {"serial": [{}, {}, {}, {}]}}, "devices.serial"),
        ({"devices": {"serial": [{}]}, "arch": "arm64"}, "devices.serial"),
        ({"devices": {"tpm": {}}, "arch": "arm64"}, "devices.tpm.model"),
        (
            {"devices": {"watchdog": {"model": "itco"}}, "providers": {"qemu": {"machine": "pc"}}},
            "devices.watchdog.model",
        ),
        ({"devices": {"graphics": {"type": "vnc", "listen": "0.0.0.0"}}}, "devices.graphics.listen"),
        ({"devices": {"graphics": {"type": "vnc", "port": 80}}}, "devices.graphics.port"),
        ({"clock": {"rtc": "discard"}}, "clock.rtc"),
        ({"clock": {"pit": "catchup"}}, "clock.pit"),
        ({"clock": {"hpet": True}, "arch": "arm64"}, "clock.hpet"),
    ],
)
def test_it_is_refused_by_its_key(spec: dict[str, Any], key: str, tmp_path: Path) -> None:
    assert refused(tmp_path, **spec) == [key]


def test_a_device_needs_a_pcie_board(tmp_path: Path) -> None:
    (tmp_path / "sys/bus/mdev/devices" / UUID).mkdir(parents=True)
    board = {"qemu": {"machine": "pc"}}
    assert refused(tmp_path, devices={"mdev": [{"uuid": UUID}]}) == []
    assert refused(tmp_path, devices={"mdev": [{"uuid": UUID}]}, providers=board) == ["devices.pci"]


def test_an_optional_device_may_be_missing(tmp_path: Path) -> None:
    assert refused(tmp_path, devices={"usb": [{"vendor": "046d", "product": "c52b", "optional": True}]}) == []


def test_a_program_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "VIRTIOFSD", ("no-such-virtiofsd",))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("serai.util.process.os.path.exists", lambda path: False)
    folder = {"source": ".", "target": "/srv", "type": "virtiofs"}
    found = refused(
        tmp_path, devices={"tpm": {}}, networks=[{"uplink": {"type": "passt"}}], synced_folders=[folder]
    )
    assert found == ["devices.tpm", "networks.uplink", "synced_folders.type"]
