"""`providers.libvirt.xml`: a person's own edits of the domain XML, after serai has written it.

What is added is merged: an element that <domain> holds once (`features`, `os`) gets the new children and
attributes, everything else is a further child.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from serai.providers.libvirt.record import NAMESPACE, PREFIX
from serai.providers.libvirt.render.element import QEMU, Element
from serai.spec.raw import XmlEdit
from serai.util.errors import Code, SeraiError

PREFIXES = {"qemu": QEMU, PREFIX: NAMESPACE}
"""Prefixes that can be written without being declared."""

ONE_DEVICE = frozenset({"emulator", "memballoon", "vsock", "tpm", "nvram", "iommu"})
"""Devices that a domain has once; of all others there can be several. Source: libvirt, domaincommon.rng."""
SEVERAL = frozenset(
    {
        *("vcpupin", "iothreadpin", "vcpusched", "iothreadsched", "cachetune", "memorytune", "memnode", "timer"),
        *("cell", "sibling", "page", "feature", "boot", "entry", "iothread", "seclabel", "sysinfo", "device"),
        *("portForward", "range", "ip", "route"),
        *(f"{{{QEMU}}}{tag}" for tag in ("arg", "env", "device", "property", "add", "del")),
    }
)
"""Other elements that can stand several times beside each other."""


def apply(root: Element, edits: Sequence[XmlEdit], machine: str) -> None:
    """Make the edits in their order. Raises SeraiError for one that is no XML, or whose place is not there."""
    for number, edit in enumerate(edits):
        key = f"{machine}: providers.libvirt.xml[{number}]"
        for place in _places(root, edit.at, key):
            place.attrib.update(edit.set)
            if edit.add is not None:
                for child in _parse(edit.add, key):
                    merge(place, child)
            if edit.remove:
                _remove(root, place, key)


def _places(root: Element, path: str, key: str) -> list[Element]:
    """All elements that the path finds; `.` is <domain>."""
    try:
        found = root.findall(path if path.startswith(".") else f"./{path}", PREFIXES)
    except (SyntaxError, KeyError, TypeError) as error:  # the last is what an open predicate gives
        raise SeraiError(
            Code.INPUT,
            f"{key}.at: {path}: {error}",
            hint="a path from <domain>, as ./devices/disk[1] or ./devices/interface[@type='user']",
        ) from error
    if not found:
        raise SeraiError(
            Code.INPUT,
            f"{key}.at: {path}: the domain has no such element",
            hint="serai render --provider libvirt shows what it has",
        )
    return found


def _parse(text: str, key: str) -> list[Element]:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    try:
        return list(ElementTree.fromstring(f"<edit {declared}>{text}</edit>"))
    except ElementTree.ParseError as error:
        raise SeraiError(Code.INPUT, f"{key}.add: this is no XML: {error}", hint="close every element") from error


def merge(parent: Element, child: Element) -> None:
    """Add a child; one that can be there only once is merged into the one that is."""
    several = child.tag not in ONE_DEVICE if parent.tag == "devices" else child.tag in SEVERAL
    there = None if several else parent.find(child.tag)
    if there is None:
        parent.append(child)
        return
    there.attrib.update(child.attrib)
    if len(child) == 0 and child.text and child.text.strip():
        there.text = child.text
    for grandchild in child:
        merge(there, grandchild)


def _remove(root: Element, place: Element, key: str) -> None:
    for parent in root.iter():
        if any(child is place for child in parent):
            parent.remove(place)
            return
    raise SeraiError(Code.INPUT, f"{key}: <domain> itself cannot be removed", hint="name an element inside it")
