"""Names of PCI devices and classes, from the list that the distribution has. Source: pci.ids(5)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from serai.host.facts.source import Source, Unknown

PLACES = ("/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids", "/usr/share/pci.ids")


class Names(msgspec.Struct, frozen=True):
    """By numbers, as sysfs has them; what has no name is not there."""

    vendors: dict[str, str] = {}
    products: dict[tuple[str, str], str] = {}
    classes: dict[str, str] = {}


def names(source: Source, wanted: Iterable[tuple[str, str]], kinds: Iterable[str]) -> Names:
    """`wanted`: (vendor, product), `kinds`: classes of four digits. One pass over the list; none: no names."""
    try:
        reading = next((source.read(path) for path in PLACES if source.has(path)), None)
    except Unknown:
        reading = None  # a tree of /sys and /proc alone
    if reading is None:
        return Names()
    pairs, vendors, kinds = set(wanted), {vendor for vendor, _ in wanted}, set(kinds)
    found = Names(vendors={}, products={}, classes={})
    vendor = base = ""
    for line in reading.text.split("\n"):
        if not line or line[0] == "#":
            continue
        if line[0] != "\t":
            head, _, name = line.partition("  ")
            base = head[2:] if head.startswith("C ") else ""
            found.classes.update({kind: name for kind in kinds if base and kind.startswith(base)})
            vendor = head if head in vendors else ""
            if vendor:
                found.vendors[vendor] = name
        elif line[1] != "\t" and (vendor or base):
            number, _, name = line[1:].partition("  ")
            if vendor and (vendor, number) in pairs:
                found.products[vendor, number] = name
            elif base and base + number in kinds:
                found.classes[base + number] = name
    return found
