"""Cases of tests/render/qemu, and a Site of fixed values for each: what the world is beside the machine."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from serai.providers.contract import Image, Scope
from serai.providers.qemu import disks, links, ports
from serai.providers.qemu.features import Features
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.site import DiskFile, Folder, PciSlot, Site
from serai.providers.vfio import functions_of
from serai.spec.machine import Machine
from serai.spec.network import Network

CASES = Path(__file__).parent / "render" / "qemu"
IMAGE = Image(reference="debian:12", digest="sha256:0", disk=Path("/images/debian.qcow2"), virtual_size=2 << 30)
SECURE = Uefi(
    "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "raw", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "raw", secure=True
)
OVMF = Uefi("/usr/share/OVMF/OVMF_CODE_4M.fd", "raw", "/usr/share/OVMF/OVMF_VARS_4M.fd", "raw")


def machine_of(case: str) -> Machine:
    data = yaml.safe_load((CASES / case / "machine.yaml").read_text()) or {}
    return msgspec.convert({"name": "web", **data}, Machine)


SCOPE = Scope(project="shop", project_id="t1", root=Path("/project"), home=Path("/home"))


def site_of(machine: Machine, able: Features) -> Site:
    """A Site of fixed values: only the features are the binary's."""
    files = []
    for name, spec in disks.specs(machine, IMAGE).items():
        aio = "io_uring" if spec.io == "auto" else str(spec.io)
        path = (spec.path or disks.file_path(name, spec)) if disks.is_made(spec) or spec.path else ""
        form = "raw" if spec.is_drive else str(spec.format)
        files.append(DiskFile(name=name, path=path, format=form, direct=True, aio=aio))
    addresses = [functions_of(each, CASES) for each in machine.devices.pci]
    shares = (each for each in machine.synced_folders if each.type != "rsync")
    return Site(
        features=able,
        accel=str(machine.providers.qemu.accel) if machine.providers.qemu.accel != "auto" else "tcg",
        arch=str(machine.arch or "amd64"),
        title="shop/web",
        uuid="00000000-0000-8000-8000-000000000000",
        root="/project",
        disks=tuple(files),
        links=links.links_of(SCOPE, machine, {"back": Network(mtu=1400)}),
        forwards=tuple(each if each.host else ports.with_host(each, 2200) for each, _ in ports.wanted(machine)),
        folders=tuple(Folder(each.tag, "/srv", each.readonly, each.type) for each in shares),
        slots=tuple(PciSlot(each) for each in addresses),
        image=IMAGE,
        uefi=SECURE if machine.secure_boot else OVMF if machine.firmware == "uefi" else None,
        seed=True,
        vsock_cid=(machine.devices.vsock.cid or 3) if machine.devices.vsock else 0,
        screen_port=machine.devices.graphics.port or 5900 if machine.devices.graphics.listen else 0,
    )


def case_names() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/machine.yaml"))
