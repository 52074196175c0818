"""A domain that others changed as well: what serai says is set, what it never said stays.

Three texts are looked at: what libvirt has, what serai defined last, and what it wants now. What serai wants is
laid over what libvirt has; what serai had said and does not say any more is taken out; everything else (an
address that libvirt chose, a sound card that somebody added in virt-manager) is nobody's business and stays.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from xml.etree import ElementTree

from serai.providers.libvirt.render.element import Element, text_of
from serai.util import cpuset
from serai.util.drives import letters
from serai.util.errors import SeraiError

ElementTree.register_namespace("libosinfo", "http://libosinfo.org/xmlns/libvirt/domain/1.0")
"""What virt-install and virt-manager keep in <metadata>: written back with the prefix that they use."""

KEYS: dict[str, tuple[str, ...]] = {
    "interface": ("mac@address",),
    "controller": ("@type", "@index"),
    "filesystem": ("target@dir",),
    "serial": ("target@port",),
    "parallel": ("target@port",),
    "console": ("target@type", "target@port"),
    "channel": ("target@name",),
    "graphics": ("@type",),
    "input": ("@type", "@bus"),
    "timer": ("@name",),
    "feature": ("@name",),
    "vcpupin": ("@vcpu",),
    "iothreadpin": ("@iothread",),
    "memnode": ("@cellid",),
    "cell": ("@id",),
    "sibling": ("@id",),
    "page": ("@size", "@nodeset"),
    "entry": ("@name",),
    "portForward": ("@proto", "@address", "range@start"),
}
"""Elements that stand many times beside each other -> what each is known by. Source: libvirt, formatdomain."""

BY_ATTRIBUTES = frozenset({"arg", "env", "range", "boot", "iothread"})
"""Others that stand many times: all that they say is what they are known by."""

KIND: dict[str, tuple[str, ...]] = {
    "disk": ("@device", "target@bus"),
    "interface": ("model@type",),
    "controller": ("@model",),
    "input": ("@bus",),
    "memballoon": ("@model",),
    "watchdog": ("@model",),
    "rng": ("@model",),
    "tpm": ("@model",),
    "filesystem": ("driver@type",),
}
"""Devices -> what, when it changes, makes another device of it: the old one's address is none for it."""

WHOLE = frozenset({"cpu"})
"""Elements whose parts only fit together: with another `mode`, they are replaced, not merged."""


def merged(current: str, base: str | None, wanted: str) -> str:
    """The text to define. `base` is what serai defined last; None where that is lost: nothing is taken out."""
    root = ElementTree.fromstring(current)
    old = ElementTree.fromstring(base) if base else None
    new = ElementTree.fromstring(wanted)
    christen(root, new)
    _lay(root, old, new)
    _one_boot_order(root)
    _distinct_targets(root)
    return text_of(root)


def christen(there: Element, new: Element) -> None:
    """Give disks without a serial number that of the same file in `new`: it is how they are known from now on."""
    serials = {_source(disk): disk.findtext("serial") for disk in new.iterfind("devices/disk")}
    for disk in there.iterfind("devices/disk"):
        serial = serials.get(_source(disk))
        if serial and _source(disk) and disk.find("serial") is None:
            ElementTree.SubElement(disk, "serial").text = serial


def _source(disk: Element) -> str:
    return _value(disk, "source@file") or _value(disk, "source@dev") or _value(disk, "source@volume")


def _distinct_targets(root: Element) -> None:
    """A disk that others put in keeps its name; the one of ours that has the same gets the next."""
    taken: set[str] = set()
    for disk in root.iterfind("devices/disk"):
        target = disk.find("target")
        if target is None:
            continue
        name = target.get("dev", "")
        for number in itertools.count():
            if name not in taken:
                break
            name = f"{name[:2]}{letters(number)}"
        target.set("dev", name)
        taken.add(name)


def _one_boot_order(root: Element) -> None:
    """Devices that have a place in the order leave none for <os>'s kinds of device: libvirt refuses both."""
    os = root.find("os")
    if os is not None and root.find("devices/*/boot") is not None:
        for boot in os.findall("boot"):
            os.remove(boot)


def _lay(there: Element, old: Element | None, new: Element) -> None:
    """Make `there` say what `new` says, and no more what only `old` said."""
    if there.tag in WHOLE and there.get("mode") != new.get("mode"):
        _replace(there, new)
        return
    if _differs(KIND.get(there.tag, ()), there, new) and (address := there.find("address")) is not None:
        there.remove(address)
    _attributes(there, old, new)
    if (new.text or "").strip() and not same(there.text or "", new.text or ""):
        there.text = new.text
    had = dict(keyed(old)) if old is not None else {}
    wanted = dict(keyed(new))
    for key, child in list(keyed(there)):
        if key in wanted:
            _lay(child, had.get(key), wanted.pop(key))
        elif key in had and child.tag != "controller":  # a device may be on it; a free one harms nobody
            there.remove(child)
    for child in wanted.values():
        _insert(there, copy.deepcopy(child))


def _replace(there: Element, new: Element) -> None:
    there.clear()
    there.attrib.update(new.attrib)
    there.text = new.text
    there.extend(copy.deepcopy(child) for child in new)


def _attributes(there: Element, old: Element | None, new: Element) -> None:
    for name in old.attrib if old is not None else ():
        if name not in new.attrib:
            there.attrib.pop(name, None)
    for name, value in new.attrib.items():
        if name == "machine" and old is not None and old.get(name) == value and there.get(name):
            continue  # libvirt makes `pc-q35-7.2` of `q35`, so that the guest finds the same board again
        if not same(there.get(name), value):
            there.set(name, value)


def _differs(paths: tuple[str, ...], one: Element, other: Element) -> bool:
    return any(
        (mine := _value(one, path)) and (theirs := _value(other, path)) and mine != theirs for path in paths
    )


def keyed(parent: Element) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Each child with what it is known by among its siblings."""
    seen: dict[tuple[str, ...], int] = {}
    for child in parent:
        key: tuple[str, ...] = (child.tag,)
        if child.tag in KEYS:
            key += tuple(_value(child, path) for path in KEYS[child.tag])
        elif child.tag.rpartition("}")[2] in BY_ATTRIBUTES:
            key += tuple(f"{name}={value}" for name, value in sorted(child.attrib.items()))
        elif child.tag == "disk":
            key += (child.findtext("serial") or _value(child, "target@dev"),)
        elif child.tag == "hostdev":
            key += (identity(child.find("source")),)
        number = seen.get(key, 0)
        seen[key] = number + 1
        yield (*key, str(number)), child


def _value(element: Element, path: str) -> str:
    """`target@dev` of <disk>; numbers and MAC addresses are the same however they are written."""
    place, _, name = path.rpartition("@")
    found = element.find(place) if place else element
    return "" if found is None else found.get(name, "").lower()


def identity(source: Element | None) -> str:
    """What a device of the host is known by: all that its <source> says."""
    if source is None:
        return ""
    return ";".join(
        f"{part.tag}:{','.join(f'{name}={_number(value)}' for name, value in sorted(part.attrib.items()))}"
        for part in source
    )


def _insert(parent: Element, child: Element) -> None:
    """Behind the last sibling of its kind, so that a diff reads well; libvirt sorts them itself."""
    places = [number for number, each in enumerate(parent) if each.tag == child.tag]
    parent.insert(places[-1] + 1 if places else len(parent), child)


def same(one: str | None, other: str | None) -> bool:
    """Two values that libvirt takes for the same: `0,1` and `0-1`, `0x0a` and `0xa`, upper and lower case."""
    if one is None or other is None:
        return one is other
    one, other = one.strip(), other.strip()
    return one == other or _number(one) == _number(other) or _set(one) == _set(other) != ()


def _number(text: str) -> str:
    text = text.lower()
    try:
        return str(int(text, 16 if text.startswith("0x") else 10))
    except ValueError:
        return text


def _set(text: str) -> tuple[int, ...]:
    if not text or text[0] not in "^0123456789" or set(text) - set("0123456789,-^"):
        return ()
    try:
        return tuple(sorted(cpuset.numbers(text)))
    except (SeraiError, ValueError):
        return ()


def difference(current: str, target: str) -> list[str]:
    """Lines of a unified diff from what libvirt has to what would be defined; empty when nothing would change."""
    from difflib import unified_diff

    old, new = canonical(current), canonical(target)
    if old == new:
        return []
    return list(unified_diff(old.splitlines(), new.splitlines(), "defined", "wanted", lineterm=""))


def canonical(text: str) -> str:
    """The same text for the same meaning: attributes sorted, indented alike, without serai's own record."""
    root = ElementTree.fromstring(text)
    for parent in root.iter():
        for child in list(parent):
            if child.tag == "metadata":
                parent.remove(child)
    for element in root.iter():
        element.attrib = dict(sorted(element.attrib.items()))
        element.text = (element.text or "").strip() or None
        element.tail = None
    return text_of(root)
