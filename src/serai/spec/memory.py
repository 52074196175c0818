"""Memory of a machine (MEM-5)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import CpuSet, Size, Spec
from serai.spec.notes import Annotated
from serai.util.units import MIB


class MemorySource(StrEnum):
    """What the guest's memory is on the host. Source: libvirt, formatdomain, `<memoryBacking>`."""

    ANONYMOUS = "anonymous"
    MEMFD = "memfd"
    FILE = "file"


class HugePages(Spec, frozen=True):
    """Memory from the host's huge pages. `hugepages: true` takes its default size, `hugepages: 1GiB` that size."""

    size: Annotated[Size | None, Meta(description="size of a page; default: the host's", examples=["2MiB"])] = None
    nodes: Annotated[CpuSet | None, Meta(description="only for these NUMA cells of the guest")] = None


class Memory(Spec, frozen=True):
    """`memory: 1GiB` is short for `memory: {size: 1GiB}`."""

    size: Annotated[Size, Meta(description="memory at start", examples=["512M", "4GiB"])] = 512 * MIB
    max: Annotated[
        Size | None,
        Meta(description="how far it can grow while it runs (memory devices are plugged); default: size"),
    ] = None
    slots: Annotated[
        Annotated[int, Meta(ge=1, le=256)], Meta(description="how often memory can be plugged, up to max")
    ] = 8
    balloon: Annotated[
        bool, Meta(description="a virtio balloon, so that memory can be taken back while it runs")
    ] = True
    free_page_reporting: Annotated[
        bool, Meta(description="the balloon gives back what the guest does not use; not with huge pages or VFIO")
    ] = True
    deflate_on_oom: Annotated[
        bool, Meta(description="the balloon gives way when the guest runs out of memory")
    ] = True
    hugepages: Annotated[HugePages | None, Meta(description="take it from huge pages of the host (MEM-5)")] = None
    source: Annotated[
        MemorySource | None,
        Meta(description="anonymous, memfd or a file; default: memfd where it must be shared, else anonymous"),
    ] = None
    shared: Annotated[
        bool | None, Meta(description="other processes may map it; default: where virtiofs needs it")
    ] = None
    locked: Annotated[bool, Meta(description="keep it out of the host's swap; needs hard_limit with libvirt")] = (
        False
    )
    hard_limit: Annotated[
        Size | None, Meta(description="the most that the whole process may take, or lock; more than max")
    ] = None
    merge: Annotated[bool, Meta(description="let the host merge equal pages (KSM)")] = True
    prealloc: Annotated[bool, Meta(description="take all of it at start, so that none is missing later")] = False
    prealloc_threads: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None, Meta(description="threads that take it; large memory: faster")
    ] = None
