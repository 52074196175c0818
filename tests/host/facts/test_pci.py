"""PCI devices: ids, driver and group from sysfs."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.pci import Pci
from serai.host.facts.source import Source


def test_a_device_is_read(tmp_path):
    place = "sys/bus/pci/devices/0000:01:00.0"
    write(
        tmp_path,
        {
            f"{place}/vendor": "0x10de\n",
            f"{place}/device": "0x1b80\n",
            f"{place}/class": "0x030000\n",
            f"{place}/numa_node": "-1\n",
            f"{place}/driver": "-> ../../drivers/nouveau",
            f"{place}/iommu_group": "-> ../../../kernel/iommu_groups/7",
            "sys/kernel/iommu_groups/7/devices/0000:01:00.0": "",
            "sys/kernel/iommu_groups/10/devices": None,
        },
    )
    pci = Pci(Source(tmp_path))
    (card,) = pci.members("7")

    assert (card.ids, card.driver, card.group, card.is_display) == ("10de:1b80", "nouveau", "7", True)
    assert pci.groups == ["7", "10"]
