"""What a machine is as a guest of Xen, whoever is told so, xl or libvirt: its kind, its start, its disks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from serai.spec.disk import Disk, DiskDevice, DiskFormat
from serai.spec.machine import Machine
from serai.spec.network import UplinkNic
from serai.spec.xen import Via, Vif, XenType
from serai.util.drives import letters

PYGRUB, PVGRUB = "pygrub", "pvgrub"
PVGRUBS = {
    XenType.PV: "/usr/lib/grub-xen/grub-x86_64-xen.bin",
    XenType.PVH: "/usr/lib/grub-xen/grub-i386-xen_pvh.bin",
}
"""Where dom0 has GRUB as a guest's kernel. Source: Debian, grub-xen-host, list of files."""
CONSOLE = "hvc0"
"""Xen's own console, which guests of all three kinds have. Source: linux, drivers/tty/hvc/hvc_xen.c."""
SERIAL = "ttyS0"
EMULATED = 4
"""HVM: the first four disks are IDE disks, too, and QEMU has none of those that cannot be written to.

Source: xen, tools/libs/light/libxl_dm.c: `qemu-xen doesn't support read-only IDE disk drivers`.
"""
CDROMS = ("hdd", "hdc", "hdb")
"""Of HVM: where CD-ROM drives are, in the order in which they are taken; `hdd` is the place of `xvdd`, too."""
MOST = 256
"""Disks that a guest can have. Source: xen-vbd-interface(7)."""
BRIDGE = "xenbr0"
"""The bridge that xl joins cards to where none is named. Source: xl-network-configuration(5)."""
SEED = "seed"
OPENVSWITCH = "vif-openvswitch"
"""dom0's script for bridges of Open vSwitch."""


class Start(msgspec.Struct, frozen=True):
    """How a guest comes to its kernel: one of kernel, bootloader and (HVM) its firmware."""

    kernel: str = ""
    ramdisk: str = ""
    cmdline: str = ""
    bootloader: str = ""
    arguments: tuple[str, ...] = ()


class Spot(msgspec.Struct, frozen=True):
    """Where the guest finds a disk: `vdev` is `xvda` or `hdc`; a CD-ROM is one of HVM's emulated drives."""

    vdev: str
    cdrom: bool = False


AMD = ("AuthenticAMD", "HygonGenuine")
"""Vendors whose extension for virtual machines is SVM. Source: AMD, APM volume 3, CPUID Fn0000_0000."""


def extension(cpuinfo: str) -> str:
    """`svm` or `vmx`, by the processor's vendor: a dom0's own flags have neither. `cpuinfo`: of /proc."""
    return "svm" if any(vendor in cpuinfo for vendor in AMD) else "vmx"


LOCAL = "xen:///system"
"""libvirt of this host, as its Xen driver is named. Source: libvirt, drvxen."""
_URI = re.compile(r"xen\+ssh://(?P<place>[^/?]+)/(system)?")


def dom0_of(machine: Machine) -> str:
    """The dom0 as ssh names it; empty: this host."""
    raw = machine.providers.xen
    return raw.host or "" if raw.via is Via.XL else host_of_uri(raw.uri or LOCAL) or ""


def host_of_uri(uri: str) -> str | None:
    """The same of a URI of libvirt's; None: it leads to no dom0 that ssh can go to."""
    if uri == LOCAL:
        return ""
    there = _URI.fullmatch(uri)
    if there is None:
        return None
    return f"ssh://{there['place']}" if ":" in there["place"] else there["place"]


def uri_of_host(host: str) -> str:
    """libvirt's URI of a dom0 as ssh names it."""
    return f"xen+ssh://{host.removeprefix('ssh://')}/system" if host else LOCAL


def kind_of(machine: Machine, *, kernel: bool) -> XenType:
    """The stated one; pvh where a kernel or a boot loader is known, else hvm. `kernel`: its image has one."""
    raw = machine.providers.xen
    if raw.type is not None:
        return raw.type
    if machine.firmware is not None:
        return XenType.HVM
    return XenType.PVH if kernel or raw.kernel or raw.bootloader else XenType.HVM


def start_of(machine: Machine, kind: XenType, *, kernel: str, ramdisk: str, cmdline: str) -> Start:
    """`kernel`, `ramdisk` and `cmdline` are the image's, as dom0 has them; empty: it is a disk that boots."""
    raw = machine.providers.xen
    args = tuple(raw.bootloader_args)
    if raw.kernel:
        return Start(raw.kernel, raw.ramdisk or "", raw.cmdline or "")
    if raw.bootloader == PVGRUB and kind in PVGRUBS:
        return Start(PVGRUBS[kind], cmdline=raw.cmdline or "(hd0)/boot/grub/grub.cfg")
    if raw.bootloader:
        return Start(bootloader=raw.bootloader, cmdline=_stated(machine, f"console={CONSOLE}"), arguments=args)
    if kernel and machine.firmware is None:
        return Start(kernel, ramdisk, _stated(machine, for_xen(cmdline, kind)))
    if kind is XenType.HVM:
        return Start()
    return Start(bootloader=PYGRUB, cmdline=_stated(machine, f"console={CONSOLE}"), arguments=args)


def _stated(machine: Machine, default: str) -> str:
    stated = machine.providers.xen.cmdline
    return default if stated is None else stated


def for_xen(cmdline: str, kind: XenType) -> str:
    """An image's command line with Xen's console for its own, and its disks by Xen's names."""
    text = re.sub(rf"\bconsole={SERIAL}\S*", f"console={CONSOLE}", cmdline)
    text = re.sub(r"\broot=/dev/[vs]d([a-z])", r"root=/dev/xvd\1", text)
    if kind is XenType.HVM and f"console={CONSOLE}" not in text:
        text = f"{text} console={CONSOLE}"
    return text.strip()


def spots(machine: Machine, names: Iterable[str], kind: XenType) -> dict[str, Spot]:
    """Name of a disk -> where the guest has it, in this order. The seed is a disk that cannot be written to."""
    found: dict[str, Spot] = {}
    chosen = list(names)
    drives = [name for name in chosen if kind is XenType.HVM and is_cdrom(machine, name)]
    places = dict(zip(drives, CDROMS, strict=False))
    early = iter(range(EMULATED - len(places)))
    late = iter(range(EMULATED, MOST))
    for name in chosen:
        if name in places:
            found[name] = Spot(places[name], cdrom=True)
        elif kind is XenType.HVM:
            number = None if spec_of(machine, name).readonly else next(early, None)
            found[name] = Spot(f"xvd{letters(next(late) if number is None else number)}")
        else:
            found[name] = Spot(f"xvd{letters(len(found))}")
    return found


def is_cdrom(machine: Machine, name: str) -> bool:
    """Whether HVM has a drive for it; for the others it is a disk that cannot be written to."""
    return name == SEED or spec_of(machine, name).device is DiskDevice.CDROM


KERNELS = "phy"
"""The backend that dom0's kernel is."""


def own_backend(form: str, *, fixed: bool, cdrom: bool) -> bool:
    """Whether the kernel must be the backend: QEMU as one opens no disk that cannot be written to (seen with 7.2,
    `failed to create drive: Block node is read-only`). xl chooses so for raw files by itself, libvirt does not.
    """
    return fixed and not cdrom and form == DiskFormat.RAW


def spec_of(machine: Machine, name: str) -> Disk:
    """What the spec says of a disk; the root of an image need not be in it, and the seed never is."""
    return machine.disks.get(name) or Disk(readonly=name == SEED)


def vif_of(machine: Machine, number: int) -> Vif:
    """How the card with this number is joined: what is stated of it, else of all."""
    raw = machine.providers.xen
    own = raw.vifs.get(str(number), Vif())
    both = {
        name: getattr(own, name) if getattr(own, name) is not None else getattr(raw.vif, name)
        for name in Vif.__struct_fields__
    }
    return Vif(**both)


def uplink_of(machine: Machine) -> tuple[int, UplinkNic]:
    """Where the spec states the uplink (-1: nowhere), and what it says."""
    for number, nic in enumerate(machine.networks):
        if nic.uplink:
            return number, nic.uplink
    return -1, UplinkNic()


def features(machine: Machine) -> dict[str, bool]:
    """CPU flags that are forced or hidden, by libxl's names: small letters, and dashes for underscores.

    Source: xl.cfg(5), cpuid, and xen, include/public/arch-x86/cpufeatureset.h.
    """
    return {name.lower().replace("_", "-").replace(".", "-"): on for name, on in machine.cpu.features.items()}


def has_firmware(machine: Machine) -> bool:
    """Whether it is HVM by what the file says alone: a kernel of its image would make it PVH."""
    raw = machine.providers.xen
    return machine.firmware is not None or raw.type is XenType.HVM
