"""Devices of the host that a machine is to be given (PCI-1): whether they are there, and can be given."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.host_files import HERE, Files
from serai.spec.device import UsbDevice
from serai.spec.machine import Machine
from serai.util.errors import Code

USB = "/sys/bus/usb/devices"
MDEV = "/sys/bus/mdev/devices"

Problem = tuple[str, str, str, Code]
"""The key, what is wrong, the way out, and what kind of refusal it is."""


def problems(machine: Machine, files: Files = HERE, *, managed: bool = False) -> Iterator[Problem]:
    """All of them. `files`: of the host. `managed`: who runs QEMU binds PCI devices to VFIO itself."""
    devices = machine.devices
    if devices.pci:
        yield from _of_pci(machine, files, managed)
    for number, mdev in enumerate(devices.mdev):
        if not files.has(f"{MDEV}/{mdev.uuid.lower()}"):
            why = f"the host has no mediated device {mdev.uuid}"
            yield f"devices.mdev[{number}].uuid", why, f"ls {MDEV}; mdevctl makes them", Code.MISSING
    for number, usb in enumerate(devices.usb):
        if not usb.optional and not is_plugged_in(usb, files):
            way_out = "lsusb lists what is; optional: true waits for it"
            yield f"devices.usb[{number}]", "it is not plugged in", way_out, Code.MISSING


def _of_pci(machine: Machine, files: Files, managed: bool) -> Iterator[Problem]:
    from serai.providers import vfio  # few machines have any

    devices = machine.devices.pci
    given = [address for device in devices for address in vfio.functions_of(device, files)]
    for number, device in enumerate(devices):
        for why, way_out in vfio.problems(device, files, managed=managed, beside=given):
            yield f"devices.pci[{number}]", why, way_out, Code.REFUSED


def is_plugged_in(usb: UsbDevice, files: Files = HERE) -> bool:
    """Whether a device of the host is what the spec says."""
    wanted = {"idVendor": usb.vendor, "idProduct": usb.product}
    ids = {name: value.lower().removeprefix("0x") for name, value in wanted.items() if value}
    places = {name: value for name, value in {"busnum": usb.bus, "devnum": usb.device}.items() if value}
    for place in files.names(USB):
        said = {name: files.text(f"{USB}/{place}/{name}") for name in (*ids, *places)}
        if not all(said.values()):
            continue  # an interface of a device, or one that is just being unplugged
        same = all(said[name] == value for name, value in ids.items())
        if same and all(int(said[name]) == value for name, value in places.items()):
            return True
    return False
