"""<controller>: buses that devices need, and PCIe root ports, with some left free for what is plugged later."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.libvirt.render.disks import bus_of
from serai.providers.libvirt.render.element import Element, add
from serai.providers.libvirt.render.firmware import pcie
from serai.providers.libvirt.site import Site
from serai.spec.disk import Bus
from serai.spec.machine import Machine

SPARE_PORTS = 2
"""Root ports left free; each costs firmware and kernel a bus to scan."""

EXPRESS = frozenset({"virtio", "nvme", "e1000e"})
"""Buses of disks and models of network cards that are PCI Express."""

USB_PORTS = 15
"""The most that qemu-xhci has. Source: QEMU, hw/usb/hcd-xhci.h."""


def controllers(devices: Element, machine: Machine, site: Site) -> Iterator[Element]:
    """What the devices need. libvirt adds no free root port by itself: whoever wants one states all of them."""
    needed = [*_usb(devices), *_scsi(devices, machine, site), *_virtio_serial(devices)]
    yield from needed
    if pcie(machine, site.arch):
        places = _fixed_ports(devices)
        wanted = sum(_takes_port(device) for device in [*devices, *needed]) + len(places) + SPARE_PORTS
        yield Element("controller", {"type": "pci", "index": "0", "model": "pcie-root"})
        for number in range(1, wanted + 1):
            yield Element("controller", {"type": "pci", "index": str(number), "model": "pcie-root-port"})


def _usb(devices: Element) -> Iterator[Element]:
    used = any(
        device.get("type") == "usb" or device.get("bus") == "usb"
        for device in devices
        if device.tag in ("hostdev", "input")
    )
    if used:
        yield Element("controller", {"type": "usb", "index": "0", "model": "qemu-xhci", "ports": str(USB_PORTS)})
    else:
        yield Element("controller", {"type": "usb", "index": "0", "model": "none"})


def _scsi(devices: Element, machine: Machine, site: Site) -> Iterator[Element]:
    """One controller serves all SCSI disks: its queues and I/O thread are what they state (see `check_disks`)."""
    if not any(target.get("bus") == "scsi" for target in _parts(devices, "disk", "target")):
        return
    disks = [disk for disk in machine.disks.values() if bus_of(disk, site.arch) is Bus.SCSI]
    threads = next((disk.iothreads for disk in disks if disk.iothreads), [1])
    queues = next((disk.queues for disk in disks if disk.queues), None)
    controller = Element("controller", {"type": "scsi", "index": "0", "model": "virtio-scsi"})
    if machine.iothreads or queues:
        add(controller, "driver", queues=queues, iothread=threads[0] if machine.iothreads else None)
    yield controller


def _virtio_serial(devices: Element) -> Iterator[Element]:
    if devices.find("channel") is not None:
        yield Element("controller", {"type": "virtio-serial", "index": "0"})


def _fixed_ports(devices: Element) -> set[str]:
    """Buses that devices of the host were put on."""
    addresses = _parts(devices, "hostdev", "address")
    return {address.get("bus", "") for address in addresses if address.get("type") == "pci"}


def _parts(devices: Element, device: str, part: str) -> Iterator[Element]:
    """What the path `device/part` finds. A path of two steps is Python's; a single name is found in C, 20 times
    sooner."""
    for each in devices:
        if each.tag == device and (found := each.find(part)) is not None:
            yield found


def _takes_port(device: Element) -> bool:
    """Whether libvirt will put it on one of the root ports that are stated.

    Those of conventional PCI share a bridge, for which libvirt adds a port of its own.
    """
    if device.tag in ("disk", "interface"):
        part = device.find("target" if device.tag == "disk" else "model")
        return part is not None and part.get("bus", part.get("type")) in EXPRESS
    if device.tag in ("controller", "memballoon"):
        return device.get("model") != "none"
    if device.tag == "hostdev":
        return device.get("type") == "mdev"
    return device.tag in ("filesystem", "rng", "vsock")
