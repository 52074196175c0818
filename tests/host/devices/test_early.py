"""What binds a device at boot takes that device alone (GPU-4)."""

from __future__ import annotations

from host_cases import write
from serai.host.devices.early import early
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


def changes(root, **more):
    write(root, {**FILES, **more})
    facts = Facts(Source(root))
    return early(facts, [inventory(facts).device(CARD)])


def test_the_rule_takes_this_device_in_this_slot_alone(tmp_path):
    (rule,), _ = changes(tmp_path)
    line = rule.text.splitlines()[1]

    for word in (f'KERNEL=="{CARD}"', 'ATTR{vendor}=="0x10de"', 'ATTR{device}=="0x1b80"'):
        assert word in line
    assert line.index("driver_override") < line.index("RUN")
    assert line.count('"') % 2 == 0
