"""<memory>, <memtune>, <memoryBacking> and <memballoon> -> Memory."""

from __future__ import annotations

from serai.providers.libvirt.adopt.xml import UNITS, Element, is_on, number, size, value
from serai.spec.memory import HugePages, Memory, MemorySource


def memory_of(root: Element) -> Memory:
    backing = root.find("memoryBacking")
    backing = Element("memoryBacking") if backing is None else backing
    pages = _pages(backing)
    devices = sum(size(each.find("target/size")) or 0 for each in root.iterfind("devices/memory"))
    virtiofs = root.find("devices/filesystem/driver[@type='virtiofs']") is not None
    access = value(backing, "access@mode")
    shared = access == "shared"
    implied = shared and virtiofs
    source = value(backing, "source@type")
    return Memory(
        size=(size(root.find("memory")) or 0) - devices,
        max=size(root.find("maxMemory")),
        slots=number(root, "maxMemory@slots") or 8,
        **_balloon(root, pages),
        hugepages=pages,
        source=MemorySource(source) if source and not (shared and source == MemorySource.MEMFD) else None,
        shared=None if implied or not access else shared,
        locked=backing.find("locked") is not None,
        hard_limit=size(root.find("memtune/hard_limit")),
        merge=backing.find("nosharepages") is None,
        prealloc=value(backing, "allocation@mode") == "immediate",
        prealloc_threads=number(backing, "allocation@threads"),
    )


def _pages(backing: Element) -> HugePages | None:
    """The first size, where several are stated; the others are kept as they are."""
    if backing.find("hugepages") is None:
        return None
    page = backing.find("hugepages/page")
    if page is None:
        return HugePages()
    return HugePages(
        size=int(page.get("size", "0")) * UNITS[page.get("unit", "KiB")], nodes=page.get("nodeset") or None
    )


def _balloon(root: Element, pages: HugePages | None) -> dict[str, bool]:
    """Reporting that is off where rendering turns it off by itself is as good as not said."""
    balloon = root.find("devices/memballoon")
    if balloon is not None and balloon.get("model") == "none":
        return {"balloon": False}
    held = any(each.get("type") in ("pci", "mdev") for each in root.iterfind("devices/hostdev"))
    return {
        "free_page_reporting": bool(is_on(root, "devices/memballoon@freePageReporting")) or bool(pages) or held,
        "deflate_on_oom": bool(is_on(root, "devices/memballoon@autodeflate")),
    }
