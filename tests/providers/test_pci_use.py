"""What the host does with cards: its screen, and programs that have them open."""

from __future__ import annotations

from host_cases import write
from serai.providers.host_files import Below
from serai.providers.pci_use import Need, address_in, boards, programs, screens

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


def test_what_is_of_the_board_itself_is_used_while_a_driver_of_the_host_has_it(tmp_path):
    lpc, smbus, free, given = (f"0000:00:1f.{number}" for number in (0, 4, 5, 6))
    devices = "sys/bus/pci/devices"
    write(
        tmp_path,
        {
            f"{devices}/{lpc}/class": "0x060100",
            f"{devices}/{lpc}/driver": "-> ../../../bus/pci/drivers/lpc_ich",
            f"{devices}/{smbus}/class": "0x0c0500",
            f"{devices}/{smbus}/driver": "-> ../../../bus/pci/drivers/i801_smbus",
            f"{devices}/{free}/class": "0x060100",
            f"{devices}/{given}/class": "0x0c0500",
            f"{devices}/{given}/driver": "-> ../../../bus/pci/drivers/vfio-pci",
            f"{devices}/{CARD}/class": "0x030000",
            f"{devices}/{CARD}/driver": "-> ../../../bus/pci/drivers/amdgpu",
        },
    )
    found = boards(Below(tmp_path))

    assert sorted(found) == [lpc, smbus]
    assert found[lpc][0].need is Need.CONTACT
    assert "clock" in found[lpc][0].what
