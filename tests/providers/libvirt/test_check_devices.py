"""Devices that libvirt takes; those that it refuses are in refusals.yaml, with all others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.libvirt.check_devices import check
from serai.providers.libvirt.site import Able
from serai.spec.machine import Machine

NEWEST = Able(libvirt=12_000_000, qemu=10_000_000)


def said(devices: dict[str, Any], **more: Any) -> list[str]:
    machine = msgspec.convert({"devices": devices, **more}, Machine)
    return [each.message for each in check(machine, NEWEST, "x86_64", True)]


@pytest.mark.parametrize(
    "devices",
    [
        {"watchdog": {"model": "itco"}},
        {"serial": [{}, {}, {}]},
        {"graphics": {"type": "vnc", "listen": "127.0.0.1", "port": 5900}},
        {"graphics": {"type": "spice", "listen": "127.0.0.1", "port": 80}},
        {"pci": [{"address": "01:00"}]},
    ],
)
def test_what_the_board_has_room_for_is_taken(devices: dict[str, Any]) -> None:
    assert said(devices) == []


def test_itco_is_in_the_q35_board_alone() -> None:
    (one,) = said({"watchdog": {"model": "itco"}}, providers={"libvirt": {"machine": "pc"}})
    assert one == "devices.watchdog.model: itco is in the q35 board alone"
