"""What the spec has no key for is kept as edits of the XML."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.adopt.rest import edits_for
from serai.providers.libvirt.render.domain import domain
from serai.spec.raw import LibvirtRaw, Raw, XmlEdit


@pytest.fixture
def rendered():
    machine = machine_of("plain")
    return machine, site_of(machine), ElementTree.fromstring(domain(machine, site_of(machine)))


def test_what_serai_rendered_needs_no_edit(rendered):
    machine, site, root = rendered

    assert edits_for(root, machine, site) == ([], [])


def test_an_element_and_an_attribute_are_kept_and_come_back(rendered):
    machine, site, root = rendered
    root.append(ElementTree.fromstring("<memtune><soft_limit unit='KiB'>9</soft_limit></memtune>"))
    devices = root.find("devices")
    devices.append(ElementTree.fromstring("<sound model='ich9'><address type='pci' bus='0x01'/></sound>"))
    root.find("devices/disk/driver").set("copy_on_read", "on")
    edits, kept = edits_for(root, machine, site)

    assert XmlEdit(at="./devices/disk[1]/driver", set={"copy_on_read": "on"}) in edits
    assert XmlEdit(at="./devices", add='<sound model="ich9" />') in edits
    assert len(kept) == len(edits) == 3
    again = domain(msgspec.structs.replace(machine, providers=Raw(libvirt=LibvirtRaw(xml=edits))), site)
    assert edits_for(ElementTree.fromstring(again), machine, site)[0] == edits


def test_what_libvirt_fills_in_is_nobodys_wish(rendered):
    machine, site, root = rendered
    root.find("devices").append(ElementTree.fromstring("<input type='mouse' bus='ps2'/>"))
    root.find("devices").append(ElementTree.fromstring("<audio id='1' type='none'/>"))
    root.find("devices/disk").append(ElementTree.fromstring("<address type='pci' bus='0x01'/>"))

    assert edits_for(root, machine, site) == ([], [])


def test_a_usb_controller_comes_with_what_needs_it(rendered):
    machine, site, root = rendered
    root.find("devices/controller[@type='usb']").set("model", "qemu-xhci")
    root.find("devices").append(ElementTree.fromstring("<redirdev bus='usb' type='spicevmc'/>"))
    edits, _ = edits_for(root, machine, site)

    assert XmlEdit(at="./devices/controller[@type='usb']", set={"model": "qemu-xhci"}) in edits
