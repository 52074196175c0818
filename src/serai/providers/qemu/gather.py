"""Looks at the host and the record, and gives the Site that rendering needs; probes are cached."""

from __future__ import annotations

import os
from pathlib import Path

from serai.providers.contract import Forward, Image, Scope
from serai.providers.identity import machine_uuid
from serai.providers.probe import Accel, accelerator
from serai.providers.qemu import disks, ports, render
from serai.providers.qemu.features import Features, binary_for, features
from serai.providers.qemu.firmware import Uefi, find_uefi
from serai.providers.qemu.links import links_of
from serai.providers.qemu.record import Hardware
from serai.providers.qemu.render.devices import VNC_FIRST
from serai.providers.qemu.site import Folder, PciSlot, RamFile, Site
from serai.providers.qemu.storage import storage
from serai.providers.qemu.vsock import free_cid
from serai.spec.device import GraphicsType
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

SCREENS = 1000
"""How many ports from VNC's first on are tried for a screen."""


def arch_of(machine: Machine, image: Image | None = None) -> str:
    """The machine's architecture: stated, else the image's, else the host's."""
    if machine.arch:
        return str(machine.arch)
    return image.arch if image else host_arch()


def features_for(machine: Machine, image: Image | None = None) -> Features:
    """What the emulator that the machine will run on can do. Raises Code.MISSING."""
    return features(binary_for(arch_of(machine, image), machine.providers.qemu.binary))


def accel_for(machine: Machine, arch: str, binary: str) -> Accel:
    """The accelerator to use. Raises Code.REFUSED when KVM was demanded and no guest runs in it (HW-1)."""
    wanted = machine.providers.qemu.accel
    if wanted == "tcg":
        return Accel("tcg")
    if host_arch() != arch:
        best = Accel("tcg", f"{arch} guests run under TCG, many times slower: this host is {os.uname().machine}")
    else:
        best = accelerator(binary)
    if wanted == "kvm" and best.name != "kvm":
        raise SeraiError(
            Code.REFUSED,
            f"{machine.name}: providers.qemu.accel is kvm, but {best.note}",
            hint="accel: auto takes what works",
        )
    return best


def boots_by_uefi(machine: Machine, image: Image | None, arch: str) -> bool:
    """What was asked for, else the image's preference; a kernel that QEMU loads itself needs no firmware."""
    if machine.firmware:
        return machine.firmware is Firmware.UEFI
    if machine.secure_boot:
        return True
    if image and image.kernel:
        return False
    if image and image.firmware:
        return image.firmware[0] == "uefi"
    return arch == "arm64"


def folders_of(scope: Scope, machine: Machine) -> tuple[Folder, ...]:
    return tuple(
        Folder(
            each.tag,
            str((scope.root / expanduser(each.source)).resolve()),
            each.readonly,
            each.type,
            str(each.security or ""),
        )
        for each in machine.synced_folders
        if each.is_device
    )


def site_for(
    scope: Scope,
    machine: Machine,
    image: Image | None,
    networks: dict[str, Network],
    *,
    forwards: tuple[Forward, ...],
    place: Path,
    saved: Hardware | None = None,
    ram: RamFile | None = None,
) -> Site:
    """The Site for a start. `saved`: the hardware that a memory to be loaded was saved on."""
    arch = arch_of(machine, image)
    able = features_for(machine, image)
    accel = accel_for(machine, arch, able.binary).name
    if saved and saved.accel and saved.accel != accel:
        raise SeraiError(
            Code.REFUSED,
            f"{machine.name}: its memory was saved under {saved.accel}, and guests now run under {accel}",
            hint="serai halt gives the saved memory up, then serai up starts it anew",
        )
    return Site(
        features=able,
        accel=accel,
        arch=arch,
        title=f"{scope.project}/{machine.name}",
        uuid=machine_uuid(scope.project_id, machine.name),
        root=str(scope.root),
        disks=disks.disk_files(machine, image, scope.root, storage(place), able),
        links=links_of(scope, machine, networks),
        forwards=forwards,
        folders=folders_of(scope, machine),
        slots=slots_of(machine, scope.root),
        image=image,
        uefi=uefi_for(machine, image, arch, able),
        seed=bool(image and image.seed != "none"),
        plugged=saved.plugged if saved else (),
        kind=saved.kind if saved else "",
        resuming=saved is not None,
        ram=ram,
        woken=bool(saved and saved.woken),
        nested_flag=nested_flag() if machine.cpu.nested else "",
        folder_security="mapped-xattr" if os.getuid() == 0 else "none",
        vsock_cid=vsock_cid(machine, machine_uuid(scope.project_id, machine.name)),
        screen_port=screen_port(machine),
    )


def slots_of(machine: Machine, root: Path) -> tuple[PciSlot, ...]:
    """The functions of the host's PCI devices that are given to it (PCI-1)."""
    if not machine.devices.pci:
        return ()
    from serai.providers.vfio import functions_of

    return tuple(
        PciSlot(functions_of(each), str((root / expanduser(each.rom)).resolve()) if each.rom else "")
        for each in machine.devices.pci
    )


def vsock_cid(machine: Machine, uuid: str) -> int:
    """The number that is stated, else a free one."""
    vsock = machine.devices.vsock
    if vsock is None:
        return 0
    return vsock.cid or free_cid(uuid)


def screen_port(machine: Machine) -> int:
    """The port of a screen that listens on an address: the stated one, else a free one."""
    graphics = machine.devices.graphics
    if graphics.listen is None or graphics.type is GraphicsType.NONE:
        return 0
    if graphics.port:
        return graphics.port
    for port in range(VNC_FIRST, VNC_FIRST + SCREENS):
        if ports.is_free("tcp", graphics.listen, port):
            return port
    raise SeraiError(
        Code.BUSY, f"{machine.name}: no port from {VNC_FIRST} on is free", hint="state devices.graphics.port"
    )


def uefi_for(machine: Machine, image: Image | None, arch: str, able: Features) -> Uefi | None:
    if not boots_by_uefi(machine, image, arch):
        return None
    if machine.secure_boot and image and image.kernel:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: secure_boot: image {image.reference} is started by a kernel that nobody has signed",
            hint="take an image that boots by UEFI itself, or leave secure_boot out",
        )
    return find_uefi(arch, versioned(machine, able), secure=bool(machine.secure_boot))


def versioned(machine: Machine, able: Features) -> str:
    """`q35` -> `pc-q35-7.2`: what the alias means with this QEMU."""
    kind = able.machine(render.board(machine))
    return kind.name if kind else render.board(machine)


def nested_flag() -> str:
    """`vmx` or `svm`, as the host's processor has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            words = line.split()
            return "svm" if "svm" in words else "vmx" if "vmx" in words else ""
    return ""
