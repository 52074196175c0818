"""The disks in an unpacked box, whoever it was made for; the first is the one that boots.

libvirt and qemu: `box.img`, or what `metadata.json` lists. VirtualBox: what `*.ovf` lists. VMware: what
`*.vmx` attaches. Hyper-V: `Virtual Hard Disks/`. Docker and cloud boxes have none.
Source: Vagrant's documentation, Box File Format and each provider's own; DMTF DSP0243; VMware's .vmx keys.
"""

from __future__ import annotations

import re
from pathlib import Path

from serai.images import archive, headers
from serai.images.boxes.metadata import MAX_DISKS, Metadata
from serai.util.errors import Code, SeraiError

NATIVE = ("libvirt", "qemu", "kvm")
"""Providers whose boxes hold what QEMU reads as it is."""
CONVERTED = (
    "virtualbox",
    "vmware_desktop",
    "vmware_fusion",
    "vmware_workstation",
    "vmware",
    "hyperv",
)
"""Providers whose boxes are converted, the most faithful first."""
USABLE = (*NATIVE, *CONVERTED)
NO_DISK = {
    "docker": "a docker box only points to containers",
    "aws": "it only points to images in that cloud",
    "azure": "it only points to images in that cloud",
    "google": "it only points to images in that cloud",
    "vsphere": "it only points to templates of that vCenter",
    "lxc": "it holds a root file system for containers, no disk",
    "parallels": "its disk is of Parallels' own format, which nothing here reads",
}
_VMX_DISK = re.compile(r'^\s*((?:scsi|sata|ide|nvme)\d+:\d+)\.fileName\s*=\s*"([^"]+\.vmdk)"\s*$', re.I | re.M)
_MAX_TEXT = 4 << 20  # bytes of a description


def wanted(provider: str) -> tuple[str, ...]:
    """Providers whose boxes a machine on serai's provider can be made from, the best first."""
    return USABLE if provider in ("", "qemu", "libvirt") else (provider,)


def of(folder: Path, metadata: Metadata) -> list[Path]:
    """Files of the disks. Raises Code.UNSUPPORTED for a box without one, Code.CORRUPT for one that lacks it."""
    provider = metadata.provider
    if provider in NO_DISK:
        raise _no_disk(folder, f"it is for {provider}: {NO_DISK[provider]}")
    if metadata.disks:
        found = [_inside(folder, disk.path) for disk in metadata.disks]
    elif provider in NATIVE:
        found = _plain(folder)
    elif provider == "virtualbox":
        found = _of_ovf(folder)
    elif provider.startswith("vmware"):
        found = _of_vmx(folder)
    elif provider == "hyperv":
        found = sorted(path for kind in ("*.vhdx", "*.vhd") for path in folder.rglob(kind))
    else:
        found = _plain(folder)
    found = [path for path in found if path.is_file() and not path.is_symlink()]
    if not found:
        others = [path.name for path in folder.iterdir()]
        if set(others) <= {"metadata.json", "Vagrantfile", "info.json", "box.json"}:
            raise _no_disk(folder, f"it holds metadata alone, for the provider {provider}")
        raise headers.refuse(folder, f"there is no disk in this box for {provider}", hint="ask who made it")
    if len(found) > MAX_DISKS:
        raise headers.refuse(folder, f"the box has {len(found)} disks, more than {MAX_DISKS}")
    return found


def _no_disk(folder: Path, why: str) -> SeraiError:
    return SeraiError(
        Code.UNSUPPORTED,
        f"box {folder}: no machine can be made from it here: {why}",
        hint="take the box for libvirt or virtualbox, or an image: serai image list --all",
    )


def _inside(folder: Path, name: str) -> Path:
    """A file that the box names: in the box, and no link. Raises Code.CORRUPT."""
    name = name.replace("\\", "/")
    if name.startswith("/") or ".." in Path(name).parts or "\0" in name:
        raise headers.refuse(folder, f"the box names {name[:80]!r}, which is not in it")
    path = folder / name
    if not path.is_file() or path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise headers.refuse(folder, f"the box names {name[:80]!r}, which is not in it")
    return path


def _plain(folder: Path) -> list[Path]:
    for name in ("box.img", "box.qcow2", "box.raw", "box_0.img"):
        if (folder / name).is_file():
            return [folder / name]
    found = [path for kind in ("*.img", "*.qcow2", "*.raw") for path in sorted(folder.glob(kind))]
    return found if len(found) == 1 else []


def _text(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MAX_TEXT + 1)
    if len(data) > _MAX_TEXT:
        raise headers.refuse(path, "it claims an absurd size")
    return data


def _of_ovf(folder: Path) -> list[Path]:
    descriptions = sorted(folder.glob("*.ovf"))
    if not descriptions:
        found = sorted(folder.glob("*.vmdk"))
        return found if len(found) == 1 else []
    names = archive.ovf_disks(descriptions[0], _text(descriptions[0]))
    return [_inside(folder, name) for name in names]


def _of_vmx(folder: Path) -> list[Path]:
    """In the order of their slots; snapshots (`disk-000001.vmdk`) reach for a parent, and are refused."""
    for description in sorted(folder.glob("*.vmx")):
        text = _text(description).decode(errors="replace")
        slots = sorted((slot.lower(), name) for slot, name in _VMX_DISK.findall(text))
        if slots:
            return [_inside(folder, name) for _, name in slots]
    found = [path for path in sorted(folder.glob("*.vmdk")) if not re.search(r"-[sf]\d{3}\.vmdk$", path.name)]
    return found if len(found) == 1 else []
