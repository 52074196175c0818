"""A host of Xen's with an IOMMU: a guest has a disk controller of dom0's, which goes back afterwards (PCI-1).

Xen's driver of such a unit goes by ACPI alone: Intel's beside a processor of AMD's serves it well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import dom0 as xen
from lab.dom0 import LEFT, Board, Host, inside
from person import Serai

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]
ADDRESS, DRIVER = "0000:00:10.0", "nvme"
WORDS = "written on the host"
PROJECT = f"""
project: given
defaults: {{image: "debian:12", provider: xen, memory: 448MiB, ready: {{within: 1500s}}}}
machines:
  web:
    devices: {{pci: ["{ADDRESS}"]}}
    providers: {{xen: {{host: dom0, type: pv, pci_seize: true, pci_permissive: true}}}}
"""
WHO = f"basename $(readlink /sys/bus/pci/devices/{ADDRESS}/driver)"


@pytest.fixture(scope="module")
def dom0(test_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Booted: the memory that is kept is of a host without all this."""
    place = tmp_path_factory.mktemp("dom0")
    disk = place / "spare.raw"
    disk.write_bytes(WORDS.encode().ljust(16 << 20, b"\0"))
    drive = f"file={disk},if=none,id=spare,format=raw,cache=unsafe"
    controller = "nvme,drive=spare,serial=spare,addr=10.0"
    devices = ("-device", "intel-iommu,intremap=off", "-drive", drive, "-device", controller)
    host = Host(xen.ready(test_cache), place / "host", board=Board("q35", devices, " iommu=on"))
    try:
        host.wait(xen.READY)
        yield host
    finally:
        host.stop()


def test_a_device_of_dom0s_is_a_guests_until_it_is_gone(dom0: Host, outside: Serai) -> None:
    before = dom0.run(LEFT).stdout
    assert dom0.run(WHO).stdout.strip() == DRIVER
    outside.file(PROJECT)
    outside("up", timeout=1800)
    assert dom0.run(WHO).stdout.strip() == "pciback"
    assert ADDRESS in dom0.run("cat /sys/bus/pci/drivers/pciback/permissive").stdout
    ids = "cat /sys/bus/pci/devices/*/vendor /sys/bus/pci/devices/*/device"
    assert inside(outside, "web", ids).split() == ["0x1b36", "0x0010"]
    assert inside(outside, "web", f"sudo head -c {len(WORDS)} /dev/nvme0n1") == WORDS
    outside("halt", timeout=600)
    assert dom0.run(WHO).stdout.strip() == DRIVER
    assert dom0.run(f"head -c {len(WORDS)} /dev/nvme0n1").stdout == WORDS
    outside("destroy", "-y", timeout=600)
    assert dom0.run(WHO).stdout.strip() == DRIVER
    assert dom0.run(LEFT).stdout == before
