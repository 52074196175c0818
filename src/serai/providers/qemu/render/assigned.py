"""Devices of the host that are given to the guest: PCI by VFIO (PCI-1), mediated ones, USB."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.render.devices import SPARE_PORTS
from serai.providers.qemu.render.words import Option, escape
from serai.providers.qemu.site import PciSlot, Site
from serai.spec.device import UsbDevice
from serai.spec.machine import Machine


def options(machine: Machine, site: Site) -> Iterator[Option]:
    for number, slot in enumerate(site.slots):
        yield from _slot(number, slot)
    for number, mdev in enumerate(machine.devices.mdev, start=len(site.slots)):
        yield "-device", _root_port(number)
        path = f"/sys/bus/mdev/devices/{mdev.uuid.lower()}"
        yield "-device", f"vfio-pci,id=mdev{number},sysfsdev={path},bus=host{number}"
    if machine.devices.usb:
        yield "-device", "qemu-xhci,id=usb"
    for number, device in enumerate(machine.devices.usb):
        yield "-device", _usb(number, device)


def _root_port(number: int) -> str:
    place = SPARE_PORTS + number + 1
    return f"pcie-root-port,id=host{number},chassis={place},slot={place}"


def _slot(number: int, slot: PciSlot) -> Iterator[Option]:
    """All functions of one slot of the host in one slot of the guest, behind a root port of their own."""
    yield "-device", _root_port(number)
    several = len(slot.functions) > 1
    for address in slot.functions:
        function = address.rpartition(".")[2]
        words = [f"vfio-pci,id=pci{number}-{function},host={address},bus=host{number}"]
        words.append(f"addr=0.{function if several else 0}")
        if several and address == slot.functions[0]:
            words.append("multifunction=on")
        if slot.rom and address == slot.functions[0]:
            words.append(f"romfile={escape(slot.rom)}")
        yield "-device", ",".join(words)


def _usb(number: int, device: UsbDevice) -> str:
    words = [f"usb-host,id=usb{number},bus=usb.0"]
    if device.vendor:
        words.append(f"vendorid=0x{device.vendor.lower().removeprefix('0x')}")
    if device.product:
        words.append(f"productid=0x{device.product.lower().removeprefix('0x')}")
    if device.bus:
        words.append(f"hostbus={device.bus}")
    if device.device:
        words.append(f"hostaddr={device.device}")
    return ",".join(words)
