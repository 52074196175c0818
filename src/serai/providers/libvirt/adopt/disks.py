"""<disk> -> Disk, and where it is as a DiskSource."""

from __future__ import annotations

import re
from typing import Any

from serai.providers.libvirt.adopt.xml import Element, number, value
from serai.providers.libvirt.render.firmware import SEED
from serai.providers.libvirt.site import DiskSource, SourceKind
from serai.spec.base import NAME_PATTERN
from serai.spec.disk import Bus, Cache, DetectZeroes, Discard, Disk, DiskDevice, DiskFormat, Io

ROOT = "root"


def named(root: Element) -> dict[str, Element]:
    """The disks that the spec has words for, by serial number where that can be a name; the first is `root`."""
    found: dict[str, Element] = {}
    every = [each for each in root.iterfind("devices/disk") if supported(each)]
    first = next((each for each in every if each.get("device", "disk") == DiskDevice.DISK), None)
    for each in every:
        serial = each.findtext("serial") or ""
        name = serial if re.fullmatch(NAME_PATTERN, serial) and serial not in found else value(each, "target@dev")
        if each is first and not any(other.findtext("serial") == ROOT for other in every):
            name = ROOT
        found[name] = each
    return found


def disk_of(name: str, element: Element, *, iothreads: int) -> Disk:
    """The spec of a disk that is there: its file is its owner's, and never deleted."""
    device = DiskDevice(element.get("device", "disk"))
    serial = element.findtext("serial")
    words: dict[str, Any] = {
        "device": device,
        "format": DiskFormat.RAW if value(element, "driver@type") == "raw" else DiskFormat.QCOW2,
        "path": value(element, "source@file") or value(element, "source@dev") or None,
        "serial": serial if serial and serial != name[:20] else None,
    }
    if device is DiskDevice.FLOPPY:
        words["readonly"] = element.find("readonly") is not None
    elif device is DiskDevice.CDROM:
        bus = value(element, "target@bus")
        words |= {"bus": Bus.SCSI} if bus == Bus.SCSI else {}
    else:
        words |= {
            "bus": Bus(value(element, "target@bus")),
            "readonly": element.find("readonly") is not None,
            "queues": number(element, "driver@queues"),
            "iothreads": _threads(element, iothreads),
        }
        if element.find("readonly") is None:
            words["discard"] = Discard(value(element, "driver@discard") or Discard.IGNORE)
    words["detect_zeroes"] = DetectZeroes(value(element, "driver@detect_zeroes") or DetectZeroes.OFF)
    if cache := value(element, "driver@cache"):
        words["cache"] = Cache(cache)
    if io := value(element, "driver@io"):
        words["io"] = Io(io)
    return Disk(**words)


def _threads(element: Element, iothreads: int) -> list[int]:
    """The first thread is what a virtio disk gets that says nothing."""
    several = [int(each.get("id", "1")) for each in element.iterfind("driver/iothreads/iothread")]
    one = number(element, "driver@iothread")
    found = several or ([one] if one else [])
    return [] if found == [1] and iothreads else found


def supported(element: Element) -> bool:
    """Whether the spec has words for it: local files and devices on buses that it knows."""
    if element.get("device", "disk") not in set(DiskDevice):
        return False
    kind, bus = element.get("type", "file"), value(element, "target@bus")
    cdrom = element.get("device") == DiskDevice.CDROM
    known = bus in set(Bus) or (cdrom and bus in ("sata", "scsi"))
    return kind in set(SourceKind) and known and value(element, "driver@type") in ("raw", "qcow2", "")


def source_of(name: str, element: Element) -> DiskSource:
    return DiskSource(
        name=name,
        kind=SourceKind(element.get("type", "file")),
        format=value(element, "driver@type") or "raw",
        path=value(element, "source@file") or value(element, "source@dev"),
        direct=value(element, "driver@cache") in ("none", "directsync", ""),
        pool=value(element, "source@pool"),
        volume=value(element, "source@volume"),
        aio=value(element, "driver@io") or "threads",
        made=name == SEED,
    )
