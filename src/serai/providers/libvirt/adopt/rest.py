"""What a domain has and the spec has no key for: kept as edits of the XML, or said in a sentence."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from xml.etree import ElementTree

from serai.providers.libvirt.adopt.xml import Element
from serai.providers.libvirt.merge import christen, keyed, same
from serai.providers.libvirt.render.domain import tree
from serai.providers.libvirt.site import Site
from serai.spec.machine import Machine
from serai.spec.raw import XmlEdit
from serai.util.errors import SeraiError

CHOSEN = frozenset({
    "address", "alias", "backingStore", "commandline", "console", "controller", "emulator", "genid", "metadata",
    "resource", "seclabel",
})  # fmt: skip
"""Elements that libvirt fills in by itself, or that serai says in its own way."""
OF_ITSELF = frozenset({("input", "mouse"), ("input", "keyboard"), ("audio", "none")})
"""Devices of the board: (element, type), which libvirt lists and nobody asked for."""
READ = frozenset({
    "boot", "cpu", "currentMemory", "hyperv", "iothreads", "kvm", "maxMemory", "memory", "name", "on_crash",
    "on_poweroff", "on_reboot", "os", "timer", "title", "type", "uuid", "vcpu",
})  # fmt: skip
"""Elements that the spec has all the words for, or whose absence is told otherwise."""
FILLED = frozenset({
    "accessmode", "append", "check", "heads", "index", "managed", "mode", "model", "primary", "ram", "state",
    "type", "vgamem", "vram", "wrpolicy",
})  # fmt: skip
"""Attributes that libvirt adds to what it was given."""


def edits_for(root: Element, machine: Machine, site: Site) -> tuple[list[XmlEdit], list[str]]:
    """Edits that give back what rendering the machine would lose, and sentences for those parts."""
    try:
        rendered = tree(machine, site)
    except SeraiError as error:
        return [], [f"what it has beyond the spec is not known: {error.message}"]
    root = copy.deepcopy(root)
    christen(root, rendered)
    edits = [*_missing(root, rendered, "."), *_usb(root, rendered)]
    return edits, [_sentence(each) for each in edits]


def _sentence(edit: XmlEdit) -> str:
    what = edit.add or " ".join(f'{name}="{value}"' for name, value in edit.set.items())
    return f"{edit.at.removeprefix('./')}: {what}" if edit.at != "." else what


def _missing(there: Element, rendered: Element, path: str) -> Iterator[XmlEdit]:
    """One edit for each element and each set of attributes that only `there` has."""
    known = dict(keyed(rendered))
    places = {id(twin): place for twin, place in _places(rendered, path)}
    for key, child in keyed(there):
        if child.tag.rpartition("}")[2] in CHOSEN or (child.tag, child.get("type", "")) in OF_ITSELF:
            continue
        twin = known.get(key)
        if twin is None:
            if child.tag not in READ and not _said(child, rendered):
                yield XmlEdit(at=path, add=_text(child))
            continue
        if child.tag in READ:
            continue
        extra = {name: value for name, value in child.attrib.items() if name not in twin.attrib.keys() | FILLED}
        if extra:
            yield XmlEdit(at=places[id(twin)], set=extra)
        yield from _missing(child, twin, places[id(twin)])


def _usb(root: Element, rendered: Element) -> Iterator[XmlEdit]:
    """The controller that devices need which are kept as XML: rendering has none where it sees no use for it."""
    path = "devices/controller[@type='usb']"
    there, ours = root.find(path), rendered.find(path)
    if there is not None and ours is not None and ours.get("model") == "none" != there.get("model"):
        yield XmlEdit(at=f"./{path}", set={"model": there.get("model", "qemu-xhci")})


def _places(parent: Element, path: str) -> Iterator[tuple[Element, str]]:
    """Each child with its path: the place is counted only where there are several."""
    counts: dict[str, int] = {}
    for child in parent:
        counts[child.tag] = counts.get(child.tag, 0) + 1
        several = sum(each.tag == child.tag for each in parent) > 1
        yield child, f"{path}/{child.tag}" + (f"[{counts[child.tag]}]" if several else "")


def _said(child: Element, rendered: Element) -> bool:
    """It is there in another form: what is off is left out, and one port or card stands for another."""
    if child.get("state") == "off":
        return True
    return child.tag in ("video", "serial", "channel", "filesystem", "hostdev", "watchdog") and any(
        twin.tag == child.tag and all(same(twin.get(name), value) for name, value in child.attrib.items())
        for twin in rendered
    )


def _text(child: Element) -> str:
    """Without what libvirt chose: its address is found anew."""
    plain = copy.deepcopy(child)
    for parent in plain.iter():
        for inner in list(parent):
            if inner.tag in ("alias", "address") and parent.tag not in ("source",):
                parent.remove(inner)
    plain.tail = None
    for element in plain.iter():
        element.text = (element.text or "").strip() or None
        element.tail = None
    return ElementTree.tostring(plain, encoding="unicode")
