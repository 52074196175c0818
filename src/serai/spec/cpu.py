"""Processors of a machine: model, topology, pinning (CPU-1, CPU-2)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import CpuSet, Number, Spec
from serai.spec.notes import Annotated

Count = Annotated[int, Meta(ge=1, le=4096)]

MODEL_NAMES = {"host-passthrough": "host", "maximum": "max"}
"""libvirt's words for what QEMU calls `host` and `max`."""


class CpuCache(StrEnum):
    """What the guest is told of the processor's caches. Source: libvirt, formatdomain, `<cache>`."""

    PASSTHROUGH = "passthrough"
    EMULATE = "emulate"
    DISABLE = "disable"


class Scheduler(StrEnum):
    """sched(7), for the threads of virtual CPUs."""

    FIFO = "fifo"
    RR = "rr"
    BATCH = "batch"
    IDLE = "idle"


class Pin(Spec, frozen=True):
    """Which CPUs of the host the threads of a machine run on. `pin: 2-5` is short for `pin: {cpus: 2-5}`."""

    cpus: Annotated[
        CpuSet | None, Meta(description="virtual CPU n runs on the n-th of these, one on one", examples=["2-5"])
    ] = None
    each: Annotated[
        dict[Number, CpuSet],
        Meta(description="virtual CPU -> CPUs of the host it may run on", examples=[{"0": "2", "1": "3,7"}]),
    ] = {}
    emulator: Annotated[
        CpuSet | None, Meta(description="where the emulator's own threads run: away from the virtual CPUs")
    ] = None
    iothreads: Annotated[
        dict[Number, CpuSet], Meta(description="I/O thread, from 1 -> CPUs of the host", examples=[{"1": "0-1"}])
    ] = {}
    scheduler: Annotated[
        Scheduler | None, Meta(description="scheduler of the virtual CPUs; fifo and rr: root")
    ] = None
    priority: Annotated[
        Annotated[int, Meta(ge=1, le=99)] | None, Meta(description="priority, for fifo and rr; default: 1")
    ] = None


class Cpu(Spec, frozen=True):
    """`cpus: 4` is short for `cpu: {count: 4}`."""

    count: Annotated[
        Count | None,
        Meta(description="virtual CPUs; default: sockets × dies × clusters × cores × threads, else 1"),
    ] = None
    max: Annotated[
        Count | None,
        Meta(description="CPUs that can be added while it runs; default: as many as it starts with"),
    ] = None
    model: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]+$",
            description="CPU model; `auto` is `host` (host-passthrough) under KVM, `max` (maximum) under TCG; "
            "`host-model` is the named model nearest to the host's (CPU-1, CPU-2)",
            examples=["auto", "host", "host-model", "max", "EPYC", "Skylake-Server"],
        ),
    ] = "auto"
    features: Annotated[
        dict[str, bool],
        Meta(description="CPU flags to add (true) or hide (false)", examples=[{"avx512f": False}]),
    ] = {}
    migratable: Annotated[
        bool | None,
        Meta(description="with host: hide what cannot move to another host; false shows invtsc; default: true"),
    ] = None
    sockets: Annotated[Count | None, Meta(description="sockets of the topology")] = None
    dies: Annotated[Count | None, Meta(description="dies in a socket")] = None
    clusters: Annotated[Count | None, Meta(description="clusters in a die (arm64)")] = None
    cores: Annotated[Count | None, Meta(description="cores in a cluster, die or socket")] = None
    threads: Annotated[Count | None, Meta(description="threads in a core")] = None
    cache: Annotated[
        CpuCache | None,
        Meta(description="processor caches: the host's own (passthrough, for pinned CPUs), emulated, or none"),
    ] = None
    pin: Annotated[Pin, Meta(description="CPUs of the host that it runs on")] = Pin()
    dedicated: Annotated[
        bool, Meta(description="tell the guest that its CPUs are its own (kvm-hint-dedicated); pinned ones only")
    ] = False
    pmu: Annotated[bool | None, Meta(description="performance counters in the guest; default: the model's")] = None
    nested: Annotated[
        bool, Meta(description="let the guest run virtual machines of its own: vmx or svm is shown to it (NEST-5)")
    ] = False

    @property
    def total(self) -> int:
        """How many virtual CPUs the machine starts with."""
        return self.count if self.count is not None else self.product

    @property
    def product(self) -> int:
        """How many CPUs the stated topology has."""
        total = 1
        for part in self.topology.values():
            total *= part
        return total

    @property
    def topology(self) -> dict[str, int]:
        """The stated parts of the topology, from the widest to the narrowest."""
        parts = {
            "sockets": self.sockets,
            "dies": self.dies,
            "clusters": self.clusters,
            "cores": self.cores,
            "threads": self.threads,
        }
        return {name: value for name, value in parts.items() if value is not None}
