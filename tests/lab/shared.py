"""A host that several files of tests share: all that a guest may be given, and each file leaves it as it was."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from lab.machine import Host
from lab.topologies import INTEL, NIC, SPLIT, nvme
from lab.tuned import Looked


class Shared(NamedTuple):
    """The host, its files and its kernel after the first start, and how many tests had failed before."""

    host: Host
    before: dict[str, str]
    first: Looked
    failed: int


def devices(place: Path) -> list[str]:
    """With an IOMMU, a card and a disk to give away."""
    return [*SPLIT, *INTEL, *NIC, *nvme(place / "given")]
