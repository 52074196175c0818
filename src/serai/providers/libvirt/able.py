"""What a libvirt and its emulator can do: the answer of `getDomainCapabilities`, and versions, as an Able. Pure.

Source: libvirt, formatdomaincaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from serai.providers.libvirt.render.element import Element
from serai.providers.libvirt.site import Able


def able(capabilities: str, *, libvirt: int, qemu: int) -> Able:
    """`capabilities`: the XML, or an empty string of a driver that tells none. Versions as libvirt counts them."""
    if not capabilities:
        return Able(libvirt=libvirt, qemu=qemu)
    root = ElementTree.fromstring(capabilities)
    vcpu = root.find("vcpu")
    return Able(
        libvirt=libvirt,
        qemu=qemu,
        enums=frozenset(_enums(root, "")),
        models=tuple(sorted(_models(root))),
        processors=int(vcpu.get("max", "0")) if vcpu is not None else 0,
    )


def _enums(parent: Element, path: str) -> Iterator[str]:
    """`devices/disk/bus=virtio`; of what is supported or not, `devices/tpm=yes`; of CPU modes, `cpu/mode=…`."""
    for child in parent:
        if child.tag == "enum":
            for value in child.iterfind("value"):
                yield f"{path}{child.get('name')}={value.text}"
        elif child.tag == "mode":
            if child.get("supported") == "yes":
                yield f"{path}mode={child.get('name')}"
        else:
            if child.get("supported") == "yes":
                yield f"{path}{child.tag}=yes"
            yield from _enums(child, f"{path}{child.tag}/")


def _models(root: Element) -> set[str]:
    """Named models; one that this host cannot run is told as `usable='no'`. TCG runs them with what it can do."""
    emulated = root.findtext("domain") == "qemu"
    found = root.iterfind("cpu/mode[@name='custom']/model")
    return {model.text for model in found if model.text and (emulated or model.get("usable") != "no")}
