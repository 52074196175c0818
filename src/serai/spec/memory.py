"""Memory of a machine."""

from typing import Annotated

from msgspec import Meta

from serai.spec.base import Size, Spec
from serai.util.units import MIB


class Memory(Spec, frozen=True):
    """`memory: 1GiB` is short for `memory: {size: 1GiB}`."""

    size: Annotated[Size, Meta(description="memory at start", examples=["512M", "4GiB"])] = 512 * MIB
    max: Annotated[
        Size | None,
        Meta(description="how far it can grow while it runs (memory devices are plugged); default: size"),
    ] = None
    balloon: Annotated[
        bool, Meta(description="a virtio balloon, so that memory can be taken back while it runs")
    ] = True
