"""PCI devices, their drivers, their IOMMU groups. Source: Linux, Documentation/ABI/testing/sysfs-bus-pci."""

from __future__ import annotations

from functools import cached_property

import msgspec

from serai.host.facts.source import Reading, Source

DEVICES = "/sys/bus/pci/devices"
GROUPS = "/sys/kernel/iommu_groups"
DISPLAYS = ("0300", "0302", "0380")
AUDIO = "0403"
BRIDGES = "06"
"""Codes of classes, their first digits. Source: linux/pci_ids.h."""


class Device(msgspec.Struct, frozen=True):
    """`kind` is the class, four digits; `driver` and `group` are empty where there is none."""

    address: str
    kind: str
    vendor: str
    product: str
    driver: str
    group: str
    node: int
    """NUMA node; -1: the firmware does not say."""

    @property
    def ids(self) -> str:
        """`10de:1b80`, as `ids=` of vfio-pci has it."""
        return f"{self.vendor}:{self.product}"

    @property
    def path(self) -> str:
        return f"{DEVICES}/{self.address}"

    @property
    def slot(self) -> str:
        return self.address.partition(".")[0]

    @property
    def is_bridge(self) -> bool:
        return self.kind.startswith(BRIDGES)

    @property
    def is_display(self) -> bool:
        return self.kind in DISPLAYS


class Pci:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def devices(self) -> dict[str, Device]:
        """By address, `0000:01:00.0`."""
        return {name: self._device(name) for name in self._source.names(DEVICES)}

    def _device(self, address: str) -> Device:
        place = f"{DEVICES}/{address}"
        vendor, product, kind = (
            self._source.read(f"{place}/{name}").text.removeprefix("0x") for name in ("vendor", "device", "class")
        )
        driver, group = self._source.link(f"{place}/driver"), self._source.link(f"{place}/iommu_group")
        node = self._source.read(f"{place}/numa_node")
        return Device(address, kind[:4], vendor, product, driver, group, int(node.text or -1))

    def attribute(self, device: Device, name: str) -> Reading:
        return self._source.read(f"{device.path}/{name}")

    @cached_property
    def groups(self) -> list[str]:
        """Numbers of the IOMMU groups; empty: no IOMMU works."""
        return sorted(self._source.names(GROUPS), key=int)

    def members(self, group: str) -> list[Device]:
        names = self._source.names(f"{GROUPS}/{group}/devices")
        return [self.devices[name] for name in names if name in self.devices]

    def of_group(self, group: str, name: str) -> Reading:
        """`type` or `reserved_regions`."""
        return self._source.read(f"{GROUPS}/{group}/{name}")
