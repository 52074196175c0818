"""NUMA: where a machine's memory comes from, and what nodes its guest sees."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import CpuSet, Number, Size, Spec
from serai.spec.notes import Annotated


class NumaPolicy(StrEnum):
    """How the kernel takes memory from the nodes. Source: libvirt, formatdomain, `<numatune>`; mbind(2)."""

    STRICT = "strict"
    PREFERRED = "preferred"
    INTERLEAVE = "interleave"


class NumaCell(Spec, frozen=True):
    """One NUMA node of the guest."""

    cpus: Annotated[CpuSet, Meta(description="the virtual CPUs that are in it")]
    memory: Annotated[Size, Meta(description="its share of the machine's memory")]
    host_nodes: Annotated[CpuSet | None, Meta(description="nodes of the host that its memory comes from")] = None
    policy: Annotated[NumaPolicy | None, Meta(description="how it is taken from them; default: numa.policy")] = (
        None
    )
    distances: Annotated[
        dict[Number, Annotated[int, Meta(ge=10, le=255)]],
        Meta(description="distance to each cell, 10 is itself", examples=[{"0": 10, "1": 21}]),
    ] = {}


class Numa(Spec, frozen=True):
    """Memory policy, and the guest's own nodes. `numa: 0` is short for `numa: {host_nodes: 0}`."""

    host_nodes: Annotated[CpuSet | None, Meta(description="nodes of the host that memory comes from")] = None
    policy: Annotated[NumaPolicy, Meta(description="strict: from these nodes or not at all")] = NumaPolicy.STRICT
    cells: Annotated[list[NumaCell], Meta(description="the nodes that the guest sees; default: one")] = []
