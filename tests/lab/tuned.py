"""A lab host that is tuned for guests: what is asked for, what serai says of it, and what the kernel has."""

from __future__ import annotations

from typing import Any, NamedTuple

from lab.machine import Host

NIC_AT, NVME_AT = "0000:01:00.0", "0000:02:00.0"
GUESTS = "/run/guests.yaml"
"""Gone with each boot."""
LARGE = """
project: guests
machines:
  large: {image: "tiny:generic", provider: qemu, memory: {size: 1GiB, hugepages: 1GiB}}
  small: {image: "tiny:generic", provider: qemu, memory: {size: 64MiB, hugepages: 2MiB}}
"""
TUNED = f"thp=never hugepages many-guests iommu=pt --for {GUESTS}"
"""Two go through the boot loader: pages of 1 GiB are taken at boot, and so is the IOMMU's way with the host."""
ARGUMENTS = {"hugepagesz=1G", "hugepages=1", "iommu=pt"}
SIZES = ("1048576kB", "2048kB")
TAKEN = ("1", "32")
"""How many pages of each size the guests take."""
LOOK = f"""
cat /proc/cmdline
cat /sys/kernel/iommu_groups/*/type | sort -u | paste -s -d ' '
cat /sys/kernel/mm/transparent_hugepage/enabled
{"".join(f"cat /sys/kernel/mm/hugepages/hugepages-{size}/nr_hugepages;" for size in SIZES)}
for each in {NIC_AT} {NVME_AT}; do basename $(readlink /sys/bus/pci/devices/$each/driver); done
dmesg | grep -c "e1000e {NIC_AT}"
true
"""


class Looked(NamedTuple):
    """What the kernel has: its command line, kinds of IOMMU groups, THP, huge pages, drivers of two devices."""

    told: str
    groups: str
    thp: str
    pages: tuple[str, str]
    drivers: tuple[str, str]
    own_driver: bool
    """Whether the card's own driver has had it in this boot."""


def look(host: Host) -> Looked:
    told, groups, thp, large, small, nic, nvme, count = host.run(LOOK).stdout.splitlines()
    return Looked(told, groups, thp, (large, small), (nic, nvme), count != "0")


def tune(host: Host, names: str, *options: str) -> list[Any]:
    return list(host.serai(f"host tune {names} {' '.join(options)}")["tunings"])


def checks(host: Host, *ids: str) -> dict[str, Any]:
    found = host.serai(f"host check {' '.join(ids)}", codes=(0, 1))["checks"]
    return {each["id"]: each for each in found}


def applied(host: Host) -> dict[str, Any]:
    """Tuning -> its record."""
    return {each["id"]: each for each in host.serai("host undo")["applied"]}


def states(records: dict[str, Any]) -> dict[str, set[str]]:
    """Tuning -> what its changes came to."""
    return {name: {seen["state"] for seen in each["now"]} for name, each in records.items()}
