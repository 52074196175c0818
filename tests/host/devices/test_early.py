"""What binds a device at boot is written for the tool that makes the initramfs here, whichever it is (GPU-5)."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.devices.early import early, name_of
from serai.host.devices.inventory import inventory
from serai.host.facts.host import Facts
from serai.host.facts.source import Source

CARD = "0000:01:00.0"
FILES = {
    f"sys/bus/pci/devices/{CARD}/class": "0x030000",
    f"sys/bus/pci/devices/{CARD}/vendor": "0x10de",
    f"sys/bus/pci/devices/{CARD}/device": "0x1b80",
    "proc/sys/kernel/osrelease": "6.12.0",
}
RULE = "/etc/udev/rules.d/90-serai-passthrough-0000-01-00.0.rules"
TOOLS = [
    ("dracut", "/etc/dracut.conf.d/90-serai-passthrough-0000-01-00.0.conf", "dracut"),
    ("update-initramfs", "/etc/initramfs-tools/hooks/90-serai-passthrough-0000-01-00.0", "initramfs-tools"),
    ("mkinitcpio", "/etc/mkinitcpio.conf.d/90-serai-passthrough-0000-01-00.0.conf", "mkinitcpio-images"),
]


def changes(root, **more):
    write(root, {**FILES, **more})
    facts = Facts(Source(root))
    return early(facts, [inventory(facts).device(CARD)])


@pytest.mark.parametrize(("program", "path", "run"), TOOLS, ids=[each[0] for each in TOOLS])
def test_the_rule_and_the_modules_go_into_the_image(tmp_path, program, path, run):
    (rule, image), notes = changes(tmp_path, **{f"usr/bin/{program}": ""})
    part = image.parts[0]

    assert (rule.path, part.path, image.owes, notes) == (RULE, path, (run,), [])
    assert RULE in part.text
    assert "vfio_iommu_type1" in part.text
    assert (
        "# Written by serai host passthrough 0000:01:00.0; serai host undo passthrough-0000:01:00.0" in part.text
    )


def test_a_driver_that_is_built_in_needs_no_module(tmp_path):
    built_in = {"lib/modules/6.12.0/modules.builtin": "kernel/drivers/vfio/pci/vfio-pci.ko"}
    (_, image), _ = changes(tmp_path, **{"usr/bin/dracut": "", **built_in})

    assert "force_drivers" not in image.parts[0].text
    assert RULE in image.parts[0].text


def test_without_a_tool_udev_alone_does_it_and_that_is_said(tmp_path):
    (rule,), notes = changes(tmp_path)

    assert rule.owes == ("udev-reload",)
    assert "no tool for the initramfs is there" in notes[0]
    assert "udev alone binds the device" in notes[0]


def test_the_rule_takes_this_device_in_this_slot_alone(tmp_path):
    (rule,), _ = changes(tmp_path)
    line = rule.text.splitlines()[1]

    for word in (f'KERNEL=="{CARD}"', 'ATTR{vendor}=="0x10de"', 'ATTR{device}=="0x1b80"'):
        assert word in line
    assert line.index("driver_override") < line.index("RUN")
    assert line.count('"') % 2 == 0


def test_names_of_files_are_those_that_are_read(tmp_path):
    (_, image), _ = changes(tmp_path, **{"usr/bin/update-initramfs": ""})

    assert all(":" not in part.path for part in image.parts)
    assert ":" not in name_of(CARD)
