"""What rendering needs to know of the world beside the spec: values only, gathered elsewhere."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Forward, Image
from serai.providers.qemu.features import Features
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.record import Plugged


class DiskFile(msgspec.Struct, frozen=True, kw_only=True):
    """A disk as a file: where it is, and how its file system wants to be used."""

    name: str
    path: str
    """Relative to the machine's directory, or absolute when it is the user's own."""
    format: str
    driver: str = "file"
    """`file`, or `host_device` for a block device."""
    direct: bool = False
    """Whether O_DIRECT works there."""
    aio: str = "threads"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface: `socket` leads to the hub of a private network; None is user networking."""

    mac: str
    network: str = ""
    socket: str | None = None
    mtu: int | None = None


class Folder(msgspec.Struct, frozen=True):
    """A 9p share: `path` is absolute."""

    tag: str
    path: str
    readonly: bool


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides the argv besides the machine's spec."""

    features: Features
    accel: str
    arch: str
    title: str
    """`project/machine`, for the process list."""
    uuid: str
    disks: tuple[DiskFile, ...] = ()
    links: tuple[Link, ...] = ()
    forwards: tuple[Forward, ...] = ()
    folders: tuple[Folder, ...] = ()
    image: Image | None = None
    uefi: Uefi | None = None
    seed: bool = False
    plugged: tuple[Plugged, ...] = ()
    kind: str = ""
    """The versioned machine type that a saved memory needs; empty: as the spec says."""
    resuming: bool = False
    """A saved memory will be loaded: the guest does not start by itself."""
    nested_flag: str = ""
    """`vmx` or `svm`: what the host's processor has, for `cpu.nested`."""
    folder_security: str = "none"
    """9p: `none` keeps plain files; `mapped-xattr` when QEMU is root, so that a guest makes no setuid files."""
