"""Disks of a machine (DISK-1, DISK-2, DISK-3)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Name, Size, Spec
from serai.spec.notes import Annotated


class DiskFormat(StrEnum):
    QCOW2 = "qcow2"
    RAW = "raw"


class Cache(StrEnum):
    """QEMU's names. none: O_DIRECT, no page cache. unsafe: flushes are ignored. Source: qemu-options, cache."""

    AUTO = "auto"
    NONE = "none"
    WRITEBACK = "writeback"
    WRITETHROUGH = "writethrough"
    DIRECTSYNC = "directsync"
    UNSAFE = "unsafe"


class Io(StrEnum):
    AUTO = "auto"
    THREADS = "threads"
    NATIVE = "native"
    IO_URING = "io_uring"


class Discard(StrEnum):
    UNMAP = "unmap"
    IGNORE = "ignore"


class Bus(StrEnum):
    VIRTIO = "virtio"
    SCSI = "scsi"
    SATA = "sata"
    NVME = "nvme"
    FDC = "fdc"
    """Of floppies alone, which have no other."""


class DiskDevice(StrEnum):
    DISK = "disk"
    CDROM = "cdrom"
    FLOPPY = "floppy"


class Preallocation(StrEnum):
    """How much of a new file is made at once. Source: qemu-img(1), -o preallocation."""

    OFF = "off"
    METADATA = "metadata"
    FALLOC = "falloc"
    FULL = "full"


class DetectZeroes(StrEnum):
    OFF = "off"
    ON = "on"
    UNMAP = "unmap"


class Disk(Spec, frozen=True):
    """One disk. `root` is the image's disk; every other name is a new one. `data: 10GiB` is short for its size."""

    size: Annotated[
        Size | None,
        Meta(description="virtual size; of `root` at least the image's own, which is its default"),
    ] = None
    format: Annotated[DiskFormat, Meta(description="qcow2 holds snapshots and overlays; raw is plain")] = (
        DiskFormat.QCOW2
    )
    cache: Annotated[
        Cache, Meta(description="`auto`: none where the file system can do O_DIRECT, else writeback (probed)")
    ] = Cache.AUTO
    io: Annotated[
        Io,
        Meta(description="`auto`: io_uring where it works, else native with O_DIRECT, else threads (probed)"),
    ] = Io.AUTO
    discard: Annotated[Discard, Meta(description="give freed blocks back to the host")] = Discard.UNMAP
    bus: Annotated[Bus, Meta(description="how the guest sees it")] = Bus.VIRTIO
    path: Annotated[
        str | None,
        Meta(
            description="an existing image file, or a block device as /dev/vg0/data, to use as it is; "
            "relative to the project; never deleted (DISK-1)"
        ),
    ] = None
    device: Annotated[
        DiskDevice, Meta(description="a disk; a CD-ROM, read only, or a floppy: a raw file, or an empty drive")
    ] = DiskDevice.DISK
    pool: Annotated[Name | None, Meta(description="storage pool it is made in; default: the provider's")] = None
    preallocation: Annotated[
        Preallocation | None,
        Meta(description="how much is made at once; default: what its file system wants (DISK-3)"),
    ] = None
    detect_zeroes: Annotated[DetectZeroes, Meta(description="zeros that are written become holes; costs CPU")] = (
        DetectZeroes.OFF
    )
    queues: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None, Meta(description="request queues; default: one a CPU")
    ] = None
    iothreads: Annotated[
        list[Annotated[int, Meta(ge=1, le=64)]],
        Meta(description="I/O threads, from 1, that serve it; several share its queues; default: the first"),
    ] = []
    serial: Annotated[
        Annotated[str, Meta(max_length=20)] | None,
        Meta(description="serial number in the guest (at most 20 characters)"),
    ] = None
    readonly: Annotated[bool, Meta(description="the guest cannot write to it")] = False

    @property
    def is_drive(self) -> bool:
        """A drive that holds a medium of a person's own, or none: serai makes no file for it."""
        return self.device is not DiskDevice.DISK
