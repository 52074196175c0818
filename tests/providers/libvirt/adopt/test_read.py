"""A domain becomes the machine that renders to it; what the spec has no words for is kept as XML."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from libvirt_site import case_names, machine_of, site_of
from serai.loaders.write import to_yaml
from serai.loaders.yaml import load
from serai.providers.libvirt.adopt.read import read
from serai.providers.libvirt.merge import canonical
from serai.providers.libvirt.render.domain import domain
from serai.spec.machine import Project

FOREIGN = sorted((Path(__file__).parent / "domains").glob("*.xml"))
"""What virt-install makes, as libvirt 9.0 gives it back."""
SEED = {"private": {"serai-abc-back": "back"}}


def sorted_text(text: str) -> str:
    """Devices in any order, without what libvirt adds by itself, one die and one emulator."""
    root = ElementTree.fromstring(canonical(text))
    for topology in root.iter("topology"):
        if topology.get("dies") == "1":
            del topology.attrib["dies"]
    devices = root.find("devices")
    for child in list(devices):
        if child.tag in ("emulator", "controller"):
            devices.remove(child)
    devices[:] = sorted(devices, key=lambda each: ElementTree.tostring(each, encoding="unicode"))
    return canonical(ElementTree.tostring(root, encoding="unicode"))


def resolved(text: str) -> str:
    """With the path of a volume, as whoever adopts a domain asks the pool for it."""
    return text.replace('type="volume"', 'type="file"').replace(
        'pool="fast" volume="pooled"', 'file="/fast/pooled"'
    )


@pytest.mark.parametrize("case", case_names())
def test_what_was_rendered_is_read_back_and_renders_the_same(case):
    machine = machine_of(case)
    text = domain(machine, site_of(machine))
    found = read(text, name="web", host_arch="x86_64", **SEED)

    assert sorted_text(domain(found.machine, found.site)) == sorted_text(text)


@pytest.mark.parametrize("case", case_names())
def test_only_what_a_file_says_in_xml_has_no_words(case):
    machine = machine_of(case)
    found = read(domain(machine, site_of(machine)), name="web", host_arch="x86_64", **SEED)

    assert bool(found.kept) == (case in ("raw", "screen-port"))


@pytest.mark.parametrize("case", case_names())
def test_it_is_a_project_file(case):
    machine = machine_of(case)
    found = read(resolved(domain(machine, site_of(machine))), name="web", host_arch="x86_64", **SEED).machine
    text = to_yaml(Project(project="shop", machines={"web": found}))

    assert load(Path("/srv/shop/serai.yaml"), text=text, environ={}).machines["web"] == found


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_a_domain_of_others_becomes_a_project_file_that_loses_nothing(path):
    text = path.read_text()
    found = read(text, name="t", host_arch="x86_64")
    written = to_yaml(Project(project="p", machines={"t": found.machine}))
    again = load(Path("/srv/p/serai.yaml"), text=written, environ={}).machines["t"]

    assert again == found.machine
    rendered = ElementTree.fromstring(domain(again, found.site))
    for original in ElementTree.fromstring(text).iterfind("devices/*"):
        if original.tag not in ("controller", "console", "emulator", "input", "audio"):
            assert rendered.find(f"devices/{original.tag}") is not None, original.tag


def test_what_virt_install_makes_is_read():
    text = next(path for path in FOREIGN if path.stem == "q35-uefi-spice").read_text()
    found = read(text, name="t", host_arch="x86_64")
    machine = found.machine

    assert machine.firmware == "uefi" and machine.secure_boot is None
    assert (machine.cpu.total, machine.cpu.sockets, machine.cpu.model) == (2, 2, "qemu64")
    assert machine.disks["root"].path == "/var/lib/libvirt/images/t.qcow2"
    assert machine.disks["sda"].device == "cdrom"
    assert machine.networks[0].uplink.network_name == "default"
    assert machine.devices.tpm.version == "2.0"
    assert any("<sound" in line for line in found.kept)
    assert any(edit.add and "spicevmc" in edit.add for edit in machine.providers.libvirt.xml)
