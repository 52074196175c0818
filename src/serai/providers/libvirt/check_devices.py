"""What libvirt refuses of devices and shared folders (PCI-1)."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.render.firmware import board
from serai.providers.libvirt.site import Able
from serai.spec.device import GraphicsType, TpmModel, Video, WatchdogModel
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SERIAL_PORTS = 4
"""Of a PC: the first is the console. Source: libvirt, `Maximum supported number of ISA serial ports`."""
VNC_FIRST = 5900
"""Source: libvirt, `vnc port must be in range [5900,65535]`."""


def check(machine: Machine, able: Able, arch: str, privileged: bool) -> Iterator[SeraiError]:
    yield from _board(machine, able, arch)
    if able.known:
        yield from _emulated(machine, able)
    yield from _host_devices(machine, able, privileged)
    yield from _folders(machine, able, privileged)


def _board(machine: Machine, able: Able, arch: str) -> Iterator[SeraiError]:
    """What is part of the board, or in none of this version's."""
    devices = machine.devices
    if devices.watchdog and devices.watchdog.model is WatchdogModel.ITCO:
        if old := older(able, 9_001_000):
            yield refuse("devices.watchdog.model", f"{old} has no itco: 9.1 does", "model: i6300esb")
        elif "q35" not in board(machine, arch):
            yield refuse("devices.watchdog.model", "itco is in the q35 board alone", "model: i6300esb")
    if arch == "x86_64" and len(devices.serial) >= SERIAL_PORTS:
        why = f"the board has {SERIAL_PORTS} serial ports, and the first is the console"
        yield refuse("devices.serial", why, "use devices.channels")
    graphics = devices.graphics
    if graphics.type is GraphicsType.VNC and graphics.port and graphics.port < VNC_FIRST:
        yield refuse("devices.graphics.port", f"VNC's ports begin at {VNC_FIRST}", "a higher one", Code.INPUT)


def _emulated(machine: Machine, able: Able) -> Iterator[SeraiError]:
    """What this QEMU was built without, or has no program for."""
    devices = machine.devices
    if devices.tpm:
        if not able.can("devices/tpm/backendModel=emulator"):
            why = "swtpm, or the swtpm_setup that libvirt calls, is not installed"
            yield refuse("devices.tpm", why, "install them: apt install swtpm swtpm-tools", Code.MISSING)
        elif not able.can(f"devices/tpm/model=tpm-{devices.tpm.model}"):
            other = "tis" if devices.tpm.model is TpmModel.CRB else "crb"
            yield refuse("devices.tpm.model", f"this board has no {devices.tpm.model}", f"model: {other}")
    graphics = devices.graphics.type
    if graphics is not GraphicsType.NONE and not able.can(f"devices/graphics/type={graphics}"):
        yield refuse("devices.graphics", f"this QEMU was built without {graphics}", "graphics: vnc")
    shown = devices.video or (Video.VIRTIO if graphics is not GraphicsType.NONE else Video.NONE)
    if shown is not Video.NONE and not able.can(f"devices/video/modelType={shown}"):
        yield refuse("devices.video", f"this QEMU has no graphics card {shown}", "leave it out, or video: vga")


def _host_devices(machine: Machine, able: Able, privileged: bool) -> Iterator[SeraiError]:
    devices = machine.devices
    if devices.pci and not privileged:
        yield refuse("devices.pci", "needs libvirt's system daemon", "providers.libvirt.uri: qemu:///system")
    elif devices.pci and able.known and not able.can("devices/hostdev/pciBackend=vfio"):
        why = "VFIO is not there: no IOMMU, or its module is not loaded"
        yield refuse("devices.pci", why, "serai explain PCI-1", Code.MISSING)
    if devices.mdev and not privileged:
        yield refuse("devices.mdev", "needs libvirt's system daemon", "providers.libvirt.uri: qemu:///system")


def _folders(machine: Machine, able: Able, privileged: bool) -> Iterator[SeraiError]:
    for number, folder in enumerate(machine.synced_folders):
        key = f"synced_folders[{number}]"
        if folder.type is FolderType.NINEP and able.known and not able.can("devices/filesystem/driverType=path"):
            yield refuse(f"{key}.type", "this QEMU was built without 9p", "type: rsync")
        if folder.type is not FolderType.VIRTIOFS:
            continue
        if able.known and not able.can("devices/filesystem/driverType=virtiofs"):
            yield refuse(f"{key}.type", "this QEMU has no vhost-user-fs", "type: rsync")
        if not privileged and (old := older(able, 10_000_000)):
            yield refuse(f"{key}.type", f"{old} starts virtiofsd as root only: 10.0 does without", "type: 9p")
        if folder.readonly and (old := older(able, 11_000_000)):
            yield refuse(f"{key}.readonly", f"{old} has no read-only virtiofs: 11.0 does", "type: 9p")
