"""Processors of a machine (CPU-1)."""

from typing import Annotated

from msgspec import Meta

from serai.spec.base import Spec

Count = Annotated[int, Meta(ge=1, le=4096)]


class Cpu(Spec, frozen=True):
    """`cpus: 4` is short for `cpu: {count: 4}`."""

    count: Annotated[
        Count | None, Meta(description="virtual CPUs; default: sockets × cores × threads, else 1")
    ] = None
    max: Annotated[
        Count | None,
        Meta(description="CPUs that can be added while it runs; default: as many as it starts with"),
    ] = None
    model: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]+$",
            description="CPU model; `auto` is `host` under KVM and `max` under TCG (CPU-1)",
            examples=["auto", "host", "max", "EPYC", "Skylake-Server"],
        ),
    ] = "auto"
    features: Annotated[
        dict[str, bool],
        Meta(description="CPU flags to add (true) or hide (false)", examples=[{"avx512f": False}]),
    ] = {}
    sockets: Annotated[Count | None, Meta(description="sockets of the topology")] = None
    cores: Annotated[Count | None, Meta(description="cores in a socket")] = None
    threads: Annotated[Count | None, Meta(description="threads in a core")] = None
    nested: Annotated[
        bool, Meta(description="let the guest run virtual machines of its own: vmx or svm is shown to it")
    ] = False

    @property
    def total(self) -> int:
        """How many virtual CPUs the machine starts with."""
        if self.count is not None:
            return self.count
        return (self.sockets or 1) * (self.cores or 1) * (self.threads or 1)
