"""Short words for reading a domain's XML."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.util.units import GIB, KIB, MIB

Element = ElementTree.Element

UNITS = {
    "b": 1, "bytes": 1, "k": KIB, "KiB": KIB, "KB": 1000, "M": MIB, "MiB": MIB, "MB": 1000**2,
    "G": GIB, "GiB": GIB, "GB": 1000**3, "T": 1024 * GIB, "TiB": 1024 * GIB, "TB": 1000**4,
}  # fmt: skip
"""Source: libvirt, formatdomain, memory allocation."""


def value(root: Element, path: str) -> str:
    """`os/type@machine`: an attribute; empty when it is not there."""
    place, _, name = path.rpartition("@")
    found = root.find(place) if place else root
    return "" if found is None else found.get(name, "")


def number(root: Element, path: str) -> int | None:
    """An attribute as a number, hexadecimal ones too."""
    text = value(root, path)
    return int(text, 0) if text else None


def size(element: Element | None) -> int | None:
    """Bytes of an element whose text is a size; KiB where it states no unit."""
    if element is None or not (element.text or "").strip():
        return None
    return int((element.text or "").strip()) * UNITS[element.get("unit", "KiB")]


def is_on(root: Element, path: str) -> bool | None:
    """`on`, `yes`: True; another word: False; not there: None."""
    text = value(root, path)
    return text in ("on", "yes") if text else None
