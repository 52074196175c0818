"""The domains that libvirt keeps, as far as they ask something of the host: memory, processors, devices."""

from __future__ import annotations

from functools import cached_property
from xml.etree import ElementTree

import msgspec

from serai.host.facts.source import Reading, Source, Unknown
from serai.util.cpuset import numbers
from serai.util.units import KIB

PLACE = "/etc/libvirt/qemu"
UNITS = {"b": 1, "bytes": 1, "KB": 1000, "k": KIB, "KiB": KIB, "MB": 1000**2, "M": KIB**2, "MiB": KIB**2}
UNITS |= {"GB": 1000**3, "G": KIB**3, "GiB": KIB**3, "TB": 1000**4, "T": KIB**4, "TiB": KIB**4}
"""Source: libvirt, formatdomain, `memory`."""


class Domain(msgspec.Struct, frozen=True):
    """`memory` in bytes; `pins` and `nodes` are empty where it is not bound; addresses as the kernel has them."""

    name: str
    path: str
    memory: int
    machine: str
    emulator: str
    pins: frozenset[int]
    nodes: frozenset[int]
    devices: tuple[str, ...]
    loader: str
    template: str

    def reading(self, value: str) -> Reading:
        return Reading(self.path, value)


class Domains:
    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def all(self) -> list[Domain]:
        """Those that are defined. Raises Unknown: libvirt's directory is root's."""
        names = [name for name in self._source.names(PLACE) if name.endswith(".xml")]
        return [_domain(self._source.read(f"{PLACE}/{name}")) for name in names]


def _domain(seen: Reading) -> Domain:
    try:
        root = ElementTree.fromstring(seen.text)
    except ElementTree.ParseError as error:
        raise Unknown(f"it is no XML: {error}", seen.path) from error
    memory, kind = root.find("memory"), root.find("os/type")
    pins = [each.get("cpuset", "") for each in root.iterfind("cputune/vcpupin")]
    return Domain(
        name=root.findtext("name", ""),
        path=seen.path,
        memory=0 if memory is None else int(memory.text or 0) * UNITS.get(memory.get("unit", "KiB"), KIB),
        machine="" if kind is None else kind.get("machine", ""),
        emulator=root.findtext("devices/emulator", ""),
        pins=frozenset(number for pin in pins if pin for number in numbers(pin)),
        nodes=_nodes(root),
        devices=tuple(_address(each) for each in root.iterfind("devices/hostdev[@type='pci']/source/address")),
        loader=root.findtext("os/loader", ""),
        template=(nvram.get("template", "") if (nvram := root.find("os/nvram")) is not None else ""),
    )


def _nodes(root: ElementTree.Element) -> frozenset[int]:
    memory = root.find("numatune/memory")
    text = memory.get("nodeset", "") if memory is not None else ""
    return frozenset(numbers(text)) if text else frozenset()


def _address(element: ElementTree.Element) -> str:
    """`0000:01:00.0`."""
    domain, bus, slot, function = (int(element.get(key, "0"), 0) for key in ("domain", "bus", "slot", "function"))
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"
