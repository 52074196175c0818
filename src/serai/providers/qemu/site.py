"""What rendering needs to know of the world beside the spec: values only, gathered elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from serai.providers.contract import Forward, Image
from serai.providers.qemu.features import Features
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.record import Plugged
from serai.spec.folder import FolderType


class DiskFile(msgspec.Struct, frozen=True, kw_only=True):
    """A disk as a file: where it is, and how its file system wants to be used."""

    name: str
    path: str
    """Relative to the machine's directory, or absolute when it is the user's own; empty: a CD-ROM without one."""
    format: str
    driver: str = "file"
    """`file`, or `host_device` for a block device."""
    direct: bool = False
    """Whether O_DIRECT works there."""
    aio: str = "threads"


class LinkKind(StrEnum):
    USER = "user"
    """QEMU's own user networking."""
    PASST = "passt"
    HUB = "hub"
    """A private network's."""
    TAP = "tap"
    MACVTAP = "macvtap"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface, and where it leads to."""

    mac: str
    kind: LinkKind = LinkKind.USER
    index: int = -1
    """Of the entry of the spec's `networks` that it comes from; -1: the uplink that no entry states."""
    network: str = ""
    """The private network's name."""
    socket: str | None = None
    """Of the private network's hub."""
    mtu: int | None = None
    device: str = ""
    """The tap's or macvtap's name on the host."""
    on: str = ""
    """The bridge that the tap is put on, or the device that the macvtap is made on; empty: a tap that stays."""
    ovs: bool = False
    """The bridge is Open vSwitch's."""
    vhost: bool = False


class Folder(msgspec.Struct, frozen=True):
    """A share of a directory: `path` is absolute."""

    tag: str
    path: str
    readonly: bool
    kind: FolderType = FolderType.NINEP
    security: str = ""
    """As the file states it, in libvirt's words; empty: what works."""


class RamFile(msgspec.Struct, frozen=True):
    """Memory as an object named `ram0`; `path` empty: in no file."""

    HANDED: ClassVar[str] = "memory-of-a-fork"
    """Stands for a descriptor in the argv."""
    path: str
    shared: bool = False
    """What the guest writes goes to the file."""
    handle: int = -1
    """Of memory in no file system, that QEMU is handed instead of `path`."""


class PciSlot(msgspec.Struct, frozen=True):
    """Functions of one slot of the host, `0000:01:00.0` first, that are given to the guest."""

    functions: tuple[str, ...]
    rom: str = ""
    """An absolute path; empty: the device's own."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides the argv besides the machine's spec."""

    features: Features
    accel: str
    arch: str
    title: str
    """`project/machine`, for the process list."""
    uuid: str
    root: str = ""
    """The project's directory, which paths of the spec are relative to."""
    disks: tuple[DiskFile, ...] = ()
    links: tuple[Link, ...] = ()
    forwards: tuple[Forward, ...] = ()
    folders: tuple[Folder, ...] = ()
    slots: tuple[PciSlot, ...] = ()
    image: Image | None = None
    uefi: Uefi | None = None
    seed: bool = False
    plugged: tuple[Plugged, ...] = ()
    kind: str = ""
    """The versioned machine type that a saved memory needs; empty: as the spec says."""
    resuming: bool = False
    """A saved memory will be loaded: the guest does not start by itself."""
    ram: RamFile | None = None
    """The file that holds its memory, for a warm start."""
    woken: bool = False
    """The memory is, or comes from, that of another guest."""
    nested_flag: str = ""
    """`vmx` or `svm`: what the host's processor has, for `cpu.nested`."""
    folder_security: str = "none"
    """9p: `none` keeps plain files; `mapped-xattr` when QEMU is root, so that a guest makes no setuid files."""
    vsock_cid: int = 0
    """The guest's number for vsock; 0: it has none."""
    screen_port: int = 0
    """The port that the screen listens on; 0: a socket."""

    def place(self, path: str | None, default: str) -> str:
        """A path of the spec, which is relative to the project, or a name in the machine's directory."""
        if not path:
            return default
        return path if path.startswith("/") else f"{self.root}/{path}"
