"""Captured hosts: each device has the verdict that its use, its group and the platform give it (GPU-3)."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.devices.inventory import Bar, Verdict, against, inventory
from serai.host.facts.host import Facts
from serai.host.facts.source import Source, Unknown

WORKSTATION = {
    "0000:00:10.0": (Verdict.AFTER, "it shows the host's console (boot_vga)"),
    "0000:00:14.0": (Verdict.CAN, ""),
    "0000:03:00.0": (Verdict.CAN, ""),
    "0000:04:00.0": (Verdict.CAN, ""),
    "0000:04:00.1": (Verdict.CAN, ""),
    "0000:05:00.0": (Verdict.AFTER, "/srv is mounted from nvme0n1"),
    "0000:07:00.0": (Verdict.GIVEN, ""),
    "0000:08:01.0": (Verdict.AFTER, "0000:08:02.0 in group 5 is used by e1000"),
    "0000:08:02.0": (Verdict.AFTER, "0000:08:01.0 in group 5 is used by e1000: eth0: it has the default route"),
    "0000:81:00.0": (Verdict.AFTER, "2 virtual functions of it are made"),
    "0000:81:00.1": (Verdict.CAN, ""),
    "0000:00:05.0": (Verdict.STAYS, ""),
}
CARD, OTHER = "0000:01:00.0", "0000:02:00.0"


def of(root):
    return inventory(Facts(Source(root)))


@pytest.fixture(scope="module")
def workstation(captured):
    return of(captured("workstation"))


@pytest.mark.parametrize("address", WORKSTATION)
def test_a_device_has_its_verdict_and_the_reason(workstation, address):
    device = workstation.device(address)

    assert (device.verdict, (device.why or ("",))[0]) == WORKSTATION[address]


def test_what_is_known_of_a_device_is_listed(workstation):
    card = workstation.device("0000:81:00.0")

    assert (card.name, card.vendor_name, card.kind_name) == (
        "QEMU NVM Express Controller",
        "Red Hat, Inc.",
        "Non-Volatile memory controller",
    )
    assert (card.ids, card.driver, card.node, card.behind) == ("1b36:0010", "nvme", 1, "0000:80:00.0")
    assert (card.sriov.total, card.sriov.made, card.sriov.functions) == (4, 2, ("0000:81:00.1", "0000:81:00.2"))
    assert workstation.device("0000:81:00.1").function_of == "0000:81:00.0"
    assert "flr" in card.reset


def test_blockers_are_those_that_keep_other_slots_from_guests(workstation):
    blockers = [each.address for each in workstation.devices if each.blocks_others]

    assert blockers == ["0000:08:01.0", "0000:08:02.0"]


def test_both_cards_of_a_shared_group_can_go_together(workstation):
    both = [workstation.device("0000:08:01.0"), workstation.device("0000:08:02.0")]

    assert [each.bar for each in against(workstation, both)] == [Bar.FORCE]


def test_a_slot_goes_together_and_a_virtual_function_alone(workstation):
    def names(address):
        return [each.address for each in workstation.together(address)]

    assert names("0000:04:00.0") == ["0000:04:00.0", "0000:04:00.1"]
    assert names("0000:81:00.0") == ["0000:81:00.0"]
    assert names("0000:81:00.2") == ["0000:81:00.2"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no-remapping", "interrupts are not remapped"),
        ("iommu-off", "intel_iommu=off is on the kernel's command line"),
        ("virtio-iommu", "virtio_iommu is not loaded"),
    ],
)
def test_a_platform_that_cannot_says_why_of_every_device(captured, name, why):
    found = of(captured(name))
    verdicts = {each.verdict for each in found.devices}

    assert why in found.obstacles[0][0]
    assert verdicts <= {Verdict.CANNOT, Verdict.STAYS}


def small(root, **more):
    """Two cards in one group."""
    files = {"proc/cpuinfo": "", "sys/kernel/iommu_groups/7/type": "DMA"}
    for address, driver in ((CARD, "nouveau"), (OTHER, "ahci")):
        place = f"sys/bus/pci/devices/{address}"
        files |= {f"{place}/class": "0x030000", f"{place}/driver": f"-> ../../drivers/{driver}"}
        files |= {f"{place}/iommu_group": "-> ../../../kernel/iommu_groups/7"}
        files |= {f"sys/kernel/iommu_groups/7/devices/{address}": ""}
    write(root, {**files, **more})
    return of(root)


def test_a_disk_of_the_system_keeps_its_whole_group(tmp_path):
    disk = f"-> ../../devices/pci0000:00/{OTHER}/ata1/block/sda"
    found = small(tmp_path, **{"sys/class/block/sda": disk, "proc/mounts": "/dev/sda / ext4 rw 0 0"})

    assert found.device(OTHER).why[0] == "/ is mounted from sda"
    assert found.device(CARD).verdict is Verdict.CANNOT
    assert found.device(CARD).why == (f"{OTHER} in group 7 is used by ahci: / is mounted from sda",)


def test_memory_that_the_firmware_keeps_rules_a_group_out(tmp_path):
    found = small(tmp_path, **{"sys/kernel/iommu_groups/7/reserved_regions": "0xbf000000 0xbf7fffff direct"})

    assert found.device(CARD).verdict is Verdict.CANNOT
    assert "RMRR" in found.device(CARD).why[0]


def test_what_could_not_be_read_is_named(tmp_path):
    write(tmp_path, {"sys/bus/pci/devices": None}, without=("proc",))

    assert any("/proc" in each for each in of(tmp_path).unknown)


def test_a_tree_without_sys_is_no_host(tmp_path):
    with pytest.raises(Unknown):
        of(tmp_path)


def test_where_nothing_can_be_given_no_way_out_is_named_that_is_none(captured):
    found = inventory(Facts(Source(captured("no-remapping"))))

    assert not any("--force" in way for each in found.devices for way in each.next)
    assert all("interrupt remapping" in each.next[0] for each in found.devices if each.verdict is Verdict.CANNOT)
