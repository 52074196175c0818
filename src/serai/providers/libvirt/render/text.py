"""An element -> its text: the same, byte for byte, as ElementTree writes it, in less than half of the time.

ElementTree goes through each tree twice, as any name could be of any namespace. Ours are of two, and a document
that has others, a comment or an instruction is written by ElementTree.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from serai.providers.libvirt.record import NAMESPACE, PREFIX

Element = ElementTree.Element

QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
"""Of <qemu:commandline>. Source: libvirt, drvqemu."""
NAMESPACES = {QEMU: "qemu", NAMESPACE: PREFIX}

for _uri, _prefix in NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)

_IN_TEXT = re.compile("[&<>]").search
_IN_VALUE = re.compile('[&<>"\r\n\t]').search
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VALUE_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"}
)


class _Foreign(Exception):
    """Something that only ElementTree writes."""


class _Names(dict[str, str]):
    """A tag or an attribute's name -> as it is written; and which namespaces came by."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def __missing__(self, name: str) -> str:
        written = name
        if not isinstance(name, str):
            raise _Foreign
        if name.startswith("{"):
            uri, _, local = name[1:].partition("}")
            if uri not in NAMESPACES:
                raise _Foreign
            self.used.add(uri)
            written = f"{NAMESPACES[uri]}:{local}"
        self[name] = written
        return written


def text_of(root: Element) -> str:
    """The element alone, indented by two, without a declaration before it; all namespaces are declared in it."""
    names = _Names()
    try:
        written = _text(root, names, "\n")
    except _Foreign:
        ElementTree.indent(root)
        return ElementTree.tostring(root, encoding="unicode")
    declared = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in NAMESPACES.items() if uri in names.used)
    end = len(names[root.tag]) + 1
    return f"{written[:end]}{declared}{written[end:]}"


def _text(element: Element, names: _Names, line: str) -> str:
    """The element without its tail. `line`: a new line, indented as the element is.

    As ElementTree.indent does it: what is blank between elements gives way, other text stays as it is.
    """
    name, text = names[element.tag], element.text
    start = f"<{name}"
    for key, value in element.items():
        start = f'{start} {names[key]}="{value.translate(_VALUE_ENTITIES) if _IN_VALUE(value) else value}"'
    if not len(element):
        if not text:
            return f"{start} />"
        return f"{start}>{text.translate(_ENTITIES) if _IN_TEXT(text) else text}</{name}>"
    inner = f"{line}  "
    parts = [start, ">", inner if not text or not text.strip() else text.translate(_ENTITIES)]
    for child in element:
        tail = child.tail
        parts += _text(child, names, inner), inner if not tail or not tail.strip() else tail.translate(_ENTITIES)
    if not tail or not tail.strip():
        parts[-1] = line
    return "".join([*parts, "</", name, ">"])
