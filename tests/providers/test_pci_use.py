"""What the host does with cards: its screen, and programs that have them open."""

from __future__ import annotations

from host_cases import write
from serai.providers.host_files import Below
from serai.providers.pci_use import Need, address_in, programs, screens

CARD = "0000:01:00.0"
OTHER = "0000:02:00.0"


def test_the_innermost_device_of_a_path_is_meant():
    assert address_in("../../devices/pci0000:00/0000:00:1c.0/0000:02:00.0/nvme/nvme0") == OTHER
    assert address_in("../../devices/virtual/block/dm-0") == ""


def test_the_firmwares_screen_is_told_from_others(tmp_path):
    write(
        tmp_path,
        {
            f"sys/bus/pci/devices/{CARD}/boot_vga": "1",
            f"sys/bus/pci/devices/{OTHER}/boot_vga": "0",
            "sys/class/graphics/fb1": f"-> ../../devices/pci0000:00/{OTHER}/simple-framebuffer.0/graphics/fb1",
        },
    )
    found = screens(Below(tmp_path))

    assert {address: [use.need for use in uses] for address, uses in found.items()} == {
        CARD: [Need.CONTACT],
        OTHER: [Need.CONTACT],
    }


def test_programs_are_named_with_what_they_have_open(tmp_path):
    write(
        tmp_path,
        {
            "sys/class/drm/card1": f"-> ../../devices/pci0000:00/{CARD}/drm/card1",
            f"sys/kernel/iommu_groups/7/devices/{OTHER}": "",
            "proc/driver/nvidia/gpus/0000:03:00.0": None,
        },
    )
    opened = [("/dev/dri/card1", "Xorg (8)"), ("/dev/vfio/7", "qemu (9)"), ("/dev/nvidia0", "python (10)")]
    found = programs(Below(tmp_path), [*opened, ("/dev/dri/card9", "gone (1)")])

    assert [use.what for use in found[CARD]] == ["it is open: /dev/dri/card1 by Xorg (8)"]
    assert [use.what for use in found[OTHER]] == ["a guest has it: /dev/vfio/7 by qemu (9)"]
    assert [use.way for use in found["0000:03:00.0"]] == ["stop python (10)"]
