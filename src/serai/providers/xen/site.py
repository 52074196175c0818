"""What a domain of xl's depends on beside the spec: values of its dom0, and of what was made there."""

from __future__ import annotations

import msgspec

from serai.providers.xen_guest import Start
from serai.spec.xen import XenType


class DiskFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A disk as dom0 has it. `name` is its key in the spec's `disks` (`root`, `seed`, …)."""

    name: str
    path: str = ""
    """Of a file or a device; empty: a drive without a medium."""
    format: str = "qcow2"
    """qcow2 or raw."""
    made: bool = True
    """serai made it, and removes it with the machine."""


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A network card. `index` is of the entry of the spec's `networks`; -1: the uplink that no entry states."""

    mac: str
    bridge: str
    index: int = -1
    mtu: int | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is not in the spec."""

    name: str
    """Of the domain."""
    uuid: str
    kind: XenType
    start: Start = Start()
    disks: tuple[DiskFile, ...] = ()
    cards: tuple[Card, ...] = ()
    functions: dict[str, tuple[str, ...]] = {}
    """PCI address as the spec states it -> what is given, as `0000:01:00.0`."""
    graphics_password: str = ""
