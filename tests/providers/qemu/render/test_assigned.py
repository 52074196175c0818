"""Devices of the host in the guest (PCI-1)."""

from __future__ import annotations

from typing import Any

from serai.providers.qemu.render.assigned import options
from serai.providers.qemu.site import PciSlot


def test_all_functions_of_a_slot_share_a_slot_of_the_guest(site_of: Any, machine_of: Any) -> None:
    slot = PciSlot(("0000:01:00.0", "0000:01:00.1"), "/roms/gpu.rom")
    assert [option[1] for option in options(machine_of(), site_of(slots=(slot,)))] == [
        "pcie-root-port,id=host0,chassis=3,slot=3",
        "vfio-pci,id=pci0-0,host=0000:01:00.0,bus=host0,addr=0.0,multifunction=on,romfile=/roms/gpu.rom",
        "vfio-pci,id=pci0-1,host=0000:01:00.1,bus=host0,addr=0.1",
    ]


def test_one_function_is_function_0_of_the_guest(site_of: Any, machine_of: Any) -> None:
    found = [option[1] for option in options(machine_of(), site_of(slots=(PciSlot(("0000:01:00.1",)),)))]
    assert found[1] == "vfio-pci,id=pci0-1,host=0000:01:00.1,bus=host0,addr=0.0"


def test_mediated_devices_come_by_their_uuid(site_of: Any, machine_of: Any) -> None:
    uuid = "4B20D080-1B54-4048-85B3-A6A62D165C01"
    found = [option[1] for option in options(machine_of(devices={"mdev": [{"uuid": uuid}]}), site_of())]
    assert found[1] == f"vfio-pci,id=mdev0,sysfsdev=/sys/bus/mdev/devices/{uuid.lower()},bus=host0"


def test_usb_devices_are_known_by_kind_or_by_place(site_of: Any, machine_of: Any) -> None:
    usb = [{"vendor": "046D", "product": "0xc52b"}, {"bus": 1, "device": 4}]
    assert [option[1] for option in options(machine_of(devices={"usb": usb}), site_of())] == [
        "qemu-xhci,id=usb",
        "usb-host,id=usb0,bus=usb.0,vendorid=0x046d,productid=0xc52b",
        "usb-host,id=usb1,bus=usb.0,hostbus=1,hostaddr=4",
    ]
