"""Storage pools: where an engine keeps disks."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated


class PoolType(StrEnum):
    """Source: libvirt, formatstorage."""

    DIR = "dir"
    NETFS = "netfs"
    LOGICAL = "logical"
    DISK = "disk"
    ISCSI = "iscsi"


class Pool(Spec, frozen=True):
    """A place for disks. `pools: {fast: /srv/fast}` is short for a directory. Without any key it is one that the
    engine has already: serai neither makes nor removes it."""

    type: Annotated[PoolType | None, Meta(description="dir, netfs (NFS), logical (LVM), disk or iscsi")] = None
    path: Annotated[str | None, Meta(description="where it is on the host: its directory or mount point")] = None
    host: Annotated[str | None, Meta(description="netfs, iscsi: the server")] = None
    source: Annotated[
        str | None,
        Meta(
            description="netfs: the export; logical: the volume group; disk: the device; iscsi: the target",
            examples=["/exports/vms", "vg0", "/dev/sdb"],
        ),
    ] = None
