"""What may be given to a guest by VFIO, on hosts made of files (PCI-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.vfio import functions_of, problems
from serai.spec.device import PciDevice

GPU, SOUND, NIC, PORT = "0000:01:00.0", "0000:01:00.1", "0000:02:00.0", "0000:00:01.0"


class Host:
    """A directory that looks like the root of a host."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "dev/vfio").mkdir(parents=True)

    def device(self, address: str, *, driver: str = "", group: str = "", kind: str = "0x030000") -> None:
        place = self.root / "sys/bus/pci/devices" / address
        place.mkdir(parents=True)
        (place / "class").write_text(f"{kind}\n")
        if driver:
            target = self.root / "sys/bus/pci/drivers" / driver
            target.mkdir(parents=True, exist_ok=True)
            (place / "driver").symlink_to(target)
        if group:
            members = self.root / "sys/kernel/iommu_groups" / group / "devices"
            members.mkdir(parents=True, exist_ok=True)
            (members / address).symlink_to(place)
            (place / "iommu_group").symlink_to(members.parent)
            (self.root / "dev/vfio" / group).touch()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def said(host: Host, address: str = "01:00", **more: bool) -> list[str]:
    return [what for what, way_out in problems(PciDevice(address=address, **more), host.root) if way_out]


def test_all_functions_of_the_slot_go_together(host: Host) -> None:
    host.device(SOUND, driver="vfio-pci", group="7")
    host.device(GPU, driver="vfio-pci", group="7")
    assert functions_of(PciDevice(address="01:00.0"), host.root) == (GPU, SOUND)
    assert functions_of(PciDevice(address="01:00.1", all_functions=False), host.root) == (SOUND,)
    assert said(host) == []


def test_a_bridge_in_the_group_is_no_obstacle(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    host.device(PORT, driver="pcieport", group="7", kind="0x060400")
    assert said(host) == []


def test_a_neighbour_in_use_makes_the_group_not_viable(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    host.device(NIC, driver="e1000e", group="7", kind="0x020000")
    assert said(host) == [f"IOMMU group 7 is not viable: {NIC} in it is used by e1000e"]


def test_a_neighbour_without_a_driver_does_no_harm(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    host.device(NIC, group="7", kind="0x020000")
    assert said(host) == []


def test_a_device_with_the_hosts_driver_is_named_with_it(host: Host) -> None:
    host.device(GPU, driver="nouveau", group="7")
    assert said(host) == [f"the driver of {GPU} is nouveau, not vfio-pci"]


def test_a_device_that_is_not_there_is_said(host: Host) -> None:
    assert said(host, "05:00.0") == ["there is no PCI device 0000:05:00.0"]


def test_a_host_without_iommu_is_said(host: Host) -> None:
    host.device(GPU, driver="vfio-pci")
    assert said(host) == [f"{GPU} is in no IOMMU group: there is no IOMMU, or it is off"]


def test_a_device_that_libvirt_takes_may_have_another_driver(host: Host) -> None:
    host.device(GPU, driver="nvidia", group="7")
    device = PciDevice(address=GPU, all_functions=False)
    assert [why for why, _ in problems(device, host.root)] == [f"the driver of {GPU} is nvidia, not vfio-pci"]
    assert list(problems(device, host.root, managed=True)) == []
