"""Short words for building XML with ElementTree, and the two namespaces that a domain can have."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.providers.libvirt.render import text as plain
from serai.providers.libvirt.render.text import QEMU as QEMU  # elements of that namespace are built with it
from serai.util.units import KIB

Element = ElementTree.Element


def add(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    """A new last child. Attributes that are None are left out; True is `yes`, False `no`."""
    child = ElementTree.SubElement(parent, tag)
    for key, value in attributes.items():
        if value is not None:
            child.set(key, value if type(value) is str else word(value))
    if text is not None:
        child.text = str(text)
    return child


def word(value: object) -> str:
    if value is True:
        return "yes"
    return "no" if value is False else str(value)


def on_off(value: bool) -> str:
    return "on" if value else "off"


def kib(size: int) -> int:
    """Bytes in KiB, the unit that libvirt itself writes; rounded up."""
    return -(-size // KIB)


def add_kib(parent: Element, tag: str, size: int, **attributes: object) -> Element:
    """A size of so many bytes, as text with its unit."""
    return add(parent, tag, kib(size), unit="KiB", **attributes)


def text_of(root: Element) -> str:
    """The document, indented as libvirt does it."""
    return f"{plain.text_of(root)}\n"
