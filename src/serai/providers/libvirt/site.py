"""What rendering a domain needs to know of the world beside the spec: values only, gathered elsewhere."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from serai.providers.contract import Forward


class Able(msgspec.Struct, frozen=True, kw_only=True):
    """What this libvirt and its emulator can do, from `getVersion` and domcapabilities; never guessed."""

    libvirt: int = 9_000_000
    """1,000,000 × major + 1,000 × minor + release, of the daemon."""
    qemu: int = 7_002_000
    """The same of the hypervisor; 0 for drivers that have none."""
    enums: frozenset[str] = frozenset()
    """`devices/disk/bus=virtio`, `os/firmware=efi`, `devices/filesystem/driverType=virtiofs`: the enumerations of
    domcapabilities, each value with the path that it stands at."""
    models: tuple[str, ...] = ()
    """Named CPU models that can be used."""
    processors: int = 0
    """The most virtual CPUs of the machine type; 0: not told."""

    @property
    def known(self) -> bool:
        """Whether domcapabilities were read: the test driver has none."""
        return bool(self.enums)

    def can(self, enum: str) -> bool:
        return enum in self.enums


class SourceKind(StrEnum):
    FILE = "file"
    BLOCK = "block"
    VOLUME = "volume"


class DiskSource(msgspec.Struct, frozen=True, kw_only=True):
    """A disk as libvirt opens it. `name` is its key in the spec's `disks` (`root`, `seed`, …)."""

    name: str
    kind: SourceKind
    format: str
    path: str = ""
    """Of a file or a block device; of a volume, for people."""
    pool: str = ""
    volume: str = ""
    direct: bool = True
    """Whether O_DIRECT works there."""
    aio: str = "threads"
    """threads, native or io_uring: what was found to work, for `io: auto`."""
    made: bool = True
    """serai made it, and removes it with the machine."""


class LinkKind(StrEnum):
    USER = "user"
    PASST = "passt"
    NETWORK = "network"
    BRIDGE = "bridge"
    OVS = "ovs"
    DIRECT = "direct"
    ETHERNET = "ethernet"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface. `source` is a network, a bridge, or a device of the host; empty for user networking."""

    kind: LinkKind
    mac: str
    source: str = ""
    index: int = -1
    """Of the entry of the spec's `networks` that it comes from; -1: the uplink that no entry states."""
    mode: str = "bridge"
    """Of macvtap."""
    portgroup: str = ""
    mtu: int | None = None


class Folder(msgspec.Struct, frozen=True):
    """A share of a directory: `kind` is 9p or virtiofs, `path` is absolute."""

    tag: str
    path: str
    readonly: bool
    kind: str
    security: str = ""
    """As the file states it; empty: what works."""


class Kernel(msgspec.Struct, frozen=True):
    """What is started directly, as the daemon's host sees the files."""

    kernel: str
    initrd: str = ""
    cmdline: str = ""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides the domain XML besides the machine's spec."""

    able: Able
    kind: str
    """`kvm`, `qemu` (TCG), or `test` for libvirt's test driver."""
    arch: str
    """`x86_64`, `aarch64`."""
    name: str
    """Of the domain."""
    uuid: str
    metadata: str
    """Text of the element in our own namespace (see `record`)."""
    disks: tuple[DiskSource, ...] = ()
    links: tuple[Link, ...] = ()
    folders: tuple[Folder, ...] = ()
    kernel: Kernel | None = None
    uefi: bool = False
    nested_flag: str = ""
    """`vmx` or `svm`, for `cpu.nested`."""
    console_log: str = ""
    """File that the serial console is written to as well."""
    directory: str = ""
    """Of the machine on the daemon's host, for sockets that have no place; empty: libvirt chooses."""
    privileged: bool = True
    """The daemon is root: cgroups, host devices and locked memory are possible."""
    forwards: tuple[Forward, ...] = ()
    """Ports that passt forwards; those of other kinds of uplink are not in the domain."""
    functions: dict[str, tuple[str, ...]] = {}
    """PCI address as the spec states it -> what is given, as `0000:01:00.0`, the first function first."""
    root: str = ""
    """The project's directory, for files that the spec names relative to it."""
    graphics_password: str = ""
    """First line of `devices.graphics.password_file`; something else where the XML is only shown."""
