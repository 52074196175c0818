"""Root ports: one for each device that libvirt puts on one, and two that stay free."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import msgspec
import pytest

from libvirt_site import UUID, machine_of, site_of
from serai.providers.libvirt.render.domain import domain, tree
from serai.providers.libvirt.render.ports import SPARE_PORTS
from serai.spec.disk import Bus, Disk
from serai.spec.machine import Machine


def models(case: str) -> list[str]:
    machine = machine_of(case)
    found = tree(machine, site_of(machine)).iterfind("devices/controller")
    return [each.get("model") or str(each.get("type")) for each in found]


def test_buses_are_there_when_a_device_is_on_them() -> None:
    assert models("plain")[:2] == ["none", "virtio-serial"]
    assert "virtio-scsi" in models("disks")
    assert "qemu-xhci" in models("screen")


def test_a_board_without_pcie_has_no_root_ports() -> None:
    assert "pcie-root-port" not in models("pc")


def scsi_driver(machine: Machine) -> dict[str, str] | None:
    site = msgspec.structs.replace(site_of(machine_of("disks")), links=())
    found = tree(machine, site).find("devices/controller[@type='scsi']/driver")
    return None if found is None else found.attrib


def test_the_scsi_controller_has_the_queues_and_the_thread_of_its_disks() -> None:
    machine = machine_of("disks")
    assert scsi_driver(machine) == {"iothread": "2", "queues": "2"}
    plain = msgspec.structs.replace(machine, disks={"data": Disk(bus=Bus.SCSI)}, networks=[])
    assert scsi_driver(plain) == {"iothread": "1"}
    assert scsi_driver(msgspec.structs.replace(plain, iothreads=0)) is None


def test_functions_of_a_slot_stay_together_on_a_port_of_their_own() -> None:
    machine = machine_of("host-devices")
    root = tree(machine, site_of(machine))
    places = [each.attrib for each in root.iterfind("devices/hostdev[@type='pci']/address")]
    assert [(each["bus"], each["function"], each.get("multifunction")) for each in places] == [
        ("0x01", "0x0", "on"),
        ("0x01", "0x1", None),
        ("0x02", "0x0", None),
    ]
    assert root.find("devices/controller[@index='2'][@model='pcie-root-port']") is not None


CASES = (
    "plain",
    "disks",
    "folders",
    "screen",
    "devices",
    "host-devices",
    "networks-tuned",
    "memory-grows",
    "kernel",
)


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", CASES)
def test_libvirt_leaves_the_spare_ports_free(case: str, defined: Callable[[str], ElementTree.Element]) -> None:
    """libvirt gives the addresses when it takes the domain: what is on each bus, and what on none."""
    root = defined(case)
    ports = {
        f"0x{int(each.get('index', '0')):02x}" for each in root.iterfind(".//controller[@model='pcie-root-port']")
    }
    taken = {each.get("bus") for each in root.iterfind(".//address[@type='pci']")}
    assert len(ports - taken) == SPARE_PORTS


@pytest.fixture
def defined(libvirtd: str, tmp_path: Path) -> Iterator[Callable[[str], ElementTree.Element]]:
    """The domain as libvirt has it when it has taken it."""
    made: list[str] = []

    def define(case: str) -> ElementTree.Element:
        machine, uuid = machine_of(case), str(uuid4())
        text = domain(machine, site_of(machine)).replace(UUID, uuid)
        (tmp_path / "domain.xml").write_text(re.sub("<name>.*?</name>", f"<name>serai-test-{uuid}</name>", text))
        virsh = ["virsh", "-q", "-c", libvirtd]
        subprocess.run([*virsh, "define", str(tmp_path / "domain.xml")], check=True, capture_output=True)
        made.append(uuid)
        shown = subprocess.run([*virsh, "dumpxml", uuid], check=True, capture_output=True, text=True)
        return ElementTree.fromstring(shown.stdout)

    yield define
    for uuid in made:
        subprocess.run(
            ["virsh", "-q", "-c", libvirtd, "undefine", "--nvram", uuid], check=True, capture_output=True
        )
