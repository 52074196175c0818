"""What may be given to a guest by VFIO, on hosts made of files (PCI-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.host_files import Below
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
    return [what for what, way_out in problems(PciDevice(address=address, **more), Below(host.root)) if way_out]


def test_all_functions_of_the_slot_go_together(host: Host) -> None:
    host.device(SOUND, driver="vfio-pci", group="7")
    host.device(GPU, driver="vfio-pci", group="7")
    assert functions_of(PciDevice(address="01:00.0"), Below(host.root)) == (GPU, SOUND)
    assert functions_of(PciDevice(address="01:00.1", all_functions=False), Below(host.root)) == (SOUND,)
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


def ways(host: Host, *, managed: bool = False, **more: bool) -> list[str]:
    return [way for _, way in problems(PciDevice(address="01:00", **more), Below(host.root), managed=managed)]


def written(host: Host, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = host.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            place.symlink_to(text.removeprefix("-> "))
        else:
            place.write_text(text)


NO_REMAPPING = {"proc/cpuinfo": "vendor_id : GenuineIntel\n", "proc/interrupts": " 24: 1 PCI-MSI nvme0\n"}
NO_VFIO = {
    "proc/sys/kernel/osrelease": "6.1.0-cloud\n",
    "lib/modules/6.1.0-cloud/modules.dep": "kernel/fs/ext4/ext4.ko:\n",
    "lib/modules/6.1.0-cloud/modules.builtin": "kernel/drivers/pci/pci.ko\n",
}
RESERVED = {"sys/kernel/iommu_groups/7/reserved_regions": "0xbf000000 0xbf7fffff direct\n"}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (NO_REMAPPING, f"interrupts are not remapped: VFIO refuses to attach {GPU}"),
        (NO_VFIO, "this kernel has no vfio_pci and no vfio_iommu_type1"),
        (RESERVED, "the firmware keeps 0xbf000000-0xbf7fffff of IOMMU group 7 for itself (RMRR)"),
    ],
)
def test_a_platform_that_cannot_is_named(host: Host, files: dict[str, str], why: str) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    written(host, files)
    assert said(host) == [why]


def test_unsafe_interrupts_that_somebody_allowed_are_no_obstacle(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    allowed = {"sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts": "Y\n"}
    written(host, {**NO_REMAPPING, **allowed})
    assert said(host) == []


def test_a_module_of_vfio_that_is_not_loaded_is_named(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    (host.root / "sys/module/vfio").mkdir(parents=True)
    assert said(host) == ["vfio_iommu_type1 is not loaded: QEMU finds no IOMMU"]


def test_the_way_out_is_a_command_that_gives_it(host: Host) -> None:
    host.device(GPU, driver="nouveau", group="7")
    assert ways(host) == [f"as root: serai host passthrough {GPU}"]


def test_libvirt_does_not_take_the_disk_that_the_host_runs_on(host: Host) -> None:
    host.device(GPU, driver="nvme", group="7", kind="0x010802")
    disk = f"-> ../../devices/pci0000:00/{GPU}/nvme/nvme0/nvme0n1"
    written(host, {"sys/class/block/nvme0n1": disk, "proc/mounts": "/dev/nvme0n1 / ext4 rw 0 0\n"})
    device = PciDevice(address=GPU)
    assert [why for why, _ in problems(device, Below(host.root), managed=True)] == [
        f"the host needs {GPU}: / is mounted from nvme0n1"
    ]


def test_libvirt_takes_the_consoles_card_only_when_it_was_given_away_before(host: Host) -> None:
    host.device(GPU, driver="nouveau", group="7")
    written(host, {f"sys/bus/pci/devices/{GPU}/boot_vga": "1\n"})
    assert ways(host, managed=True) == [f"as root: serai host passthrough {GPU} --force"]


def test_two_devices_of_one_group_can_go_to_one_guest(host: Host) -> None:
    host.device(GPU, driver="nouveau", group="7")
    host.device(NIC, driver="e1000e", group="7", kind="0x020000")
    device = PciDevice(address=GPU)
    assert list(problems(device, Below(host.root), managed=True, beside=[NIC])) == []
    assert len(list(problems(device, Below(host.root), managed=True))) == 1


def test_an_isa_bridge_with_a_driver_is_an_obstacle(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    host.device(NIC, driver="lpc_ich", group="7", kind="0x060100")
    assert said(host) == [f"IOMMU group 7 is not viable: {NIC} in it is used by lpc_ich"]


def test_a_virtual_function_goes_without_its_card(host: Host) -> None:
    host.device(GPU, driver="vfio-pci", group="7")
    host.device(SOUND, driver="vfio-pci", group="8")
    written(host, {f"sys/bus/pci/devices/{SOUND}/physfn": f"-> ../{GPU}"})
    assert functions_of(PciDevice(address=GPU), Below(host.root)) == (GPU,)
    assert functions_of(PciDevice(address=SOUND), Below(host.root)) == (SOUND,)


def test_a_device_that_libvirt_takes_may_have_another_driver(host: Host) -> None:
    host.device(GPU, driver="nvidia", group="7")
    device = PciDevice(address=GPU, all_functions=False)
    assert [why for why, _ in problems(device, Below(host.root))] == [
        f"the driver of {GPU} is nvidia, not vfio-pci"
    ]
    assert list(problems(device, Below(host.root), managed=True)) == []
