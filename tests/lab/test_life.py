"""One host through its life: tuned while its power fails, rebooted, used, undone, and the same to the byte.

The tests of this file are steps of one host, in this order: a reboot takes most of a minute.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from lab.machine import Host
from lab.topologies import INTEL, NIC, PATTERN, SPLIT, nvme
from lab.tree import differences, tree
from lab.tuned import applied, checks, tune

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(1800), pytest.mark.usefixtures("in_order")]

NIC_AT, NVME_AT = "0000:01:00.0", "0000:02:00.0"
PROBE = "kvm.probe-guest"
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
KILL = f"""
setsid serai host tune {TUNED} -y >/tmp/tune.log 2>&1 &
for i in $(seq 6000); do grep -qs owed /var/lib/serai/host/hugepages.json && break; sleep 0.01; done
kill -9 -- -$!
"""
"""After the arguments are written down, before the boot loader's own files are made anew."""
ARGUMENTS = {"hugepagesz=1G", "hugepages=1", "iommu=pt"}
POOLS = {"1048576kB": 1, "2048kB": 32}
"""Size of a page -> how many the guests take."""
PROJECT = f"""
project: nest
machines:
  inner:
    image: tiny:generic
    memory: 320M
    providers: {{qemu: {{accel: kvm}}}}
    cpu: {{nested: true}}
    devices: {{pci: ["{NIC_AT}", "{NVME_AT}"]}}
"""
ENTER = "mkdir -p /run/home /run/nest && cd /run/nest && export SERAI_HOME=/run/home &&"


class Life(NamedTuple):
    """The host, and its files and its kernel's command line as they were before anything was tuned."""

    host: Host
    before: dict[str, str]
    told: str


@pytest.fixture(scope="module")
def life(lab_image, lab_app, lab_store, tmp_path_factory):
    place = tmp_path_factory.mktemp("life")
    devices = [*SPLIT, *INTEL, *NIC, *nvme(place / "given"), *lab_store]
    host = Host(lab_image, place / "host", lab_app, devices=devices, memory=6144)
    try:
        host.wait()
        checks(host, PROBE)  # its answer is kept in a cache, whose place is there before anything is tuned
        yield Life(host, tree(host), told(host))
    finally:
        host.stop()


def states(host: Host) -> dict[str, set[str]]:
    """Tuning -> what its changes came to."""
    return {name: {seen["state"] for seen in each["now"]} for name, each in applied(host).items()}


def told(host: Host) -> str:
    """What the kernel was started with."""
    return host.run("cat /proc/cmdline").stdout.strip()


def driver(host: Host, address: str) -> str:
    return host.run(f"basename $(readlink /sys/bus/pci/devices/{address}/driver)").stdout.strip()


def test_the_host_boots_by_its_own_boot_loader_and_nothing_was_changed(life):
    assert "BOOT_IMAGE=" in life.told
    assert life.host.serai("host undo") == {"applied": []}
    probe = checks(life.host, PROBE)[PROBE]
    assert probe["result"] == "pass", f"nested SVM runs a guest: {probe}"
    assert driver(life.host, NIC_AT) == "e1000e"


def test_a_tuning_that_was_killed_before_the_power_failed_is_known_to_be_unfinished(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    life.host.run(KILL)
    life.host.crash()

    assert applied(life.host)["hugepages"]["finished"] is False
    assert told(life.host) == life.told


def test_tunings_are_done_and_what_waits_for_a_reboot_is_pending(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    (unneeded,) = tune(life.host, "iommu", "-y")
    tune(life.host, TUNED, "-y")
    life.host.serai(f"host passthrough {NIC_AT} {NVME_AT} -y")

    records = applied(life.host)
    assert all(each["finished"] for each in records.values()), "also what was killed"
    found = {name: {seen["state"] for seen in each["now"]} for name, each in records.items()}
    assert found["thp"] == found["many-guests"] == {"done"}
    assert "pending" in found["hugepages"]
    assert found["iommu"] == {"pending"}
    assert told(life.host) == life.told, "no argument reaches a kernel that runs"
    assert {driver(life.host, NIC_AT), driver(life.host, NVME_AT)} == {"vfio-pci"}
    pending = checks(life.host, "boot.pending")["boot.pending"]
    assert pending["result"] == "note"
    assert "hugepages=1" in pending["value"]
    assert "iommu=pt" in pending["value"]
    assert unneeded["changes"] == [], "this kernel has its IOMMU on without an argument"
    assert unneeded["notes"], "and is told so"


def test_after_the_reboot_all_of_it_is_there(life):
    life.host.reboot()

    assert {state for found in states(life.host).values() for state in found} == {"done"}
    assert set(told(life.host).split()) - set(life.told.split()) == ARGUMENTS
    assert set(life.host.run("cat /sys/kernel/iommu_groups/*/type").stdout.split()) == {"identity"}
    assert "[never]" in life.host.run("cat /sys/kernel/mm/transparent_hugepage/enabled").stdout
    for size, count in POOLS.items():
        pages = f"/sys/kernel/mm/hugepages/hugepages-{size}/nr_hugepages"
        assert life.host.run(f"cat {pages}").stdout.strip() == str(count)
    assert {driver(life.host, NIC_AT), driver(life.host, NVME_AT)} == {"vfio-pci"}
    assert "e1000e 0000:01:00.0" not in life.host.run("dmesg").stdout, "its own driver never had it"
    found = checks(life.host, "boot.pending", "mem.huge-asked")
    assert {each["result"] for each in found.values()} == {"pass"}


def test_a_second_run_has_nothing_to_do(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    again = tune(life.host, TUNED, "--dry-run")

    assert [each["id"] for each in again] == ["thp", "hugepages", "many-guests", "iommu"]
    assert all(each["changes"] == [] for each in again)


def test_a_nested_guest_uses_the_devices_that_were_given_to_it(life):
    """PCI-1, NEST-5: the card pings the world outside the host, the disk is read, KVM runs it."""
    life.host.run(f"{ENTER} mount LABEL=store /run/home && cat >serai.yaml", input=PROJECT)
    life.host.run(f"{ENTER} serai up", budget=600)
    inside = (
        "modprobe e1000e; modprobe nvme; sleep 2; ip link; "
        "card=$(basename /sys/bus/pci/drivers/e1000e/*:*/net/*); "
        "ip link set $card up; sleep 3; ip addr add 10.77.0.15/24 dev $card; ping -c 3 -W 5 10.77.0.2; "
        f"dd if=/dev/nvme0n1 bs={len(PATTERN)} count=1 2>/dev/null; dmesg | grep -i hypervisor"
    )
    said = life.host.run(f'{ENTER} serai exec inner -- sh -c "{inside.replace("$", chr(92) + "$")}"', check=False)

    assert " 0% packet loss" in said.stdout, said.stdout + said.stderr
    assert PATTERN in said.stdout
    assert "KVM" in said.stdout


def test_the_host_sees_into_the_nested_guest(life):
    """NEST-6, NEST-7: what a guest lacks of its host to run guests itself."""
    judged = life.host.run(f"{ENTER} serai host check --guest inner nest mem.available --json", check=False)
    assert judged.stdout, judged.stderr
    found = {each["id"]: each for each in json.loads(judged.stdout)["checks"]}
    life.host.run(f"{ENTER} serai destroy -y && cd / && umount /run/home")

    assert found["nest.flag"]["result"] == found["nest.parameter"]["result"] == "pass", found
    assert found["nest.flag"]["value"] == "host: svm, guest: svm"
    assert found["nest.device"]["read"] == "/dev/kvm"
    assert found["mem.available"]["read"] == "/proc/meminfo"


def test_all_is_undone_after_a_reboot_and_leaves_nothing_behind(life):
    life.host.serai("host undo --all -y")
    life.host.reboot()

    assert differences(life.before, tree(life.host)) == []
    assert told(life.host) == life.told
    assert driver(life.host, NIC_AT) == "e1000e"
