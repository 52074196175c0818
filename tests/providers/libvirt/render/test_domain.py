"""A domain's elements stand in the order that libvirt itself writes them in, whatever the machine has."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import case_names, machine_of, site_of
from serai.providers.libvirt.render.domain import domain, tree
from serai.spec.raw import LibvirtRaw, Raw, XmlEdit
from serai.util.errors import SeraiError

DOMAIN = (
    *("name", "uuid", "genid", "title", "metadata", "maxMemory", "memory", "currentMemory", "memtune"),
    *("memoryBacking", "vcpu", "iothreads", "cputune", "numatune", "os", "features", "cpu", "clock"),
    *("on_poweroff", "on_reboot", "on_crash", "devices"),
    "{http://libvirt.org/schemas/domain/qemu/1.0}commandline",
)
"""Source: libvirt, src/conf/domain_conf.c, virDomainDefFormatInternalSetRootName."""
DEVICES = (
    *("emulator", "disk", "controller", "filesystem", "interface", "serial", "channel", "input", "tpm"),
    *("graphics", "video", "hostdev", "watchdog", "memballoon", "rng", "vsock"),
)


def in_order(parent: Element, order: tuple[str, ...]) -> bool:
    places = [order.index(child.tag) for child in parent]
    return places == sorted(places)


@pytest.mark.parametrize("case", case_names())
def test_elements_stand_in_the_order_of_libvirt(case: str) -> None:
    machine = machine_of(case)
    root = tree(machine, site_of(machine))
    devices = root.find("devices")
    assert devices is not None
    assert in_order(root, DOMAIN)
    assert in_order(devices, DEVICES)


def test_the_same_machine_renders_to_the_same_text() -> None:
    machine = machine_of("plain")
    assert domain(machine, site_of(machine)) == domain(machine, site_of(machine))


def test_the_record_is_in_the_metadata_as_it_was_given() -> None:
    machine = machine_of("plain")
    site = msgspec.structs.replace(site_of(machine), metadata='{"a": "<b> & c"}')
    root = tree(machine, site)
    assert root.findtext("metadata/{https://serai.dev/xmlns/libvirt/1}machine") == '{"a": "<b> & c"}'


def test_an_edit_that_fits_nowhere_is_an_error() -> None:
    machine = machine_of("plain")
    edits = Raw(libvirt=LibvirtRaw(xml=[XmlEdit(at="./devices/sound", remove=True)]))
    with pytest.raises(SeraiError, match=r"xml\[0\].at: ./devices/sound: the domain has no such element"):
        domain(msgspec.structs.replace(machine, providers=edits), site_of(machine))
