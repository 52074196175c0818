"""One host through its life: tuned, started anew, used, undone, started anew, and the same to the byte.

The tests of this file are steps of one host, in this order: a start takes most of a minute.
"""

from __future__ import annotations

import json

import pytest

from lab.bridged import CARD, TUNE, links, way_out
from lab.topologies import PATTERN
from lab.tree import differences, disk
from lab.tuned import ARGUMENTS, GUESTS, LARGE, NIC_AT, NVME_AT, TAKEN, TUNED, applied, checks, look, states, tune

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1800), pytest.mark.usefixtures("in_order")]

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


def test_tunings_are_done_and_what_waits_for_a_reboot_is_pending(shared):
    host = shared.host
    assert "BOOT_IMAGE=" in shared.first.told, "by its own boot loader"
    assert shared.first.drivers == ("e1000e", "nvme")
    assert host.serai("host undo") == {"applied": []}
    host.run(f"cat >{GUESTS}", input=LARGE)
    tune(host, TUNED, "-y")
    host.serai(f"host passthrough {NIC_AT} {NVME_AT} -y")

    records = applied(host)
    assert all(each["finished"] for each in records.values())
    found = states(records)
    assert found["thp"] == found["many-guests"] == {"done"}
    assert "pending" in found["hugepages"]
    assert found["iommu"] == {"pending"}
    seen = look(host)
    assert seen.told == shared.first.told, "no argument reaches a kernel that runs"
    assert seen.drivers == ("vfio-pci", "vfio-pci")
    pending = checks(host, "boot.pending")["boot.pending"]
    assert pending["result"] == "note"
    assert "hugepages=1" in pending["value"]
    assert "iommu=pt" in pending["value"]


def test_a_bridge_that_keeps_the_way_in_is_confirmed(shared):
    kept = shared.host.run(TUNE, budget=240)

    assert "the way in is open" in kept.stderr
    assert "br0" in way_out(shared.host)


def test_after_the_reboot_all_of_it_is_there(shared):
    shared.host.reboot()

    assert {state for found in states(applied(shared.host)).values() for state in found} == {"done"}
    found = look(shared.host)
    assert set(found.told.split()) - set(shared.first.told.split()) == ARGUMENTS
    assert found.groups == "identity"
    assert "[never]" in found.thp
    assert found.pages == TAKEN
    assert found.drivers == ("vfio-pci", "vfio-pci")
    assert not found.own_driver, "its own driver never had it"
    assert "br0" in way_out(shared.host), "made again by systemd-networkd"


def test_a_second_run_has_nothing_to_do_and_the_checks_are_content(shared):
    shared.host.run(f"cat >{GUESTS}", input=LARGE)
    again = tune(shared.host, TUNED, "--dry-run")
    found = checks(shared.host, "boot.pending", "mem.huge-asked", "kvm.probe-guest")

    assert [each["id"] for each in again] == ["thp", "hugepages", "many-guests", "iommu"]
    assert all(each["changes"] == [] for each in again)
    assert {each["result"] for each in found.values()} == {"pass"}, "nested SVM runs a guest, too"


def test_a_nested_guest_uses_the_devices_that_were_given_to_it(shared):
    """PCI-1, NEST-5: the card pings the world outside the host, the disk is read, KVM runs it."""
    shared.host.run(f"{ENTER} mount LABEL=store /run/home && cat >serai.yaml", input=PROJECT)
    shared.host.run(f"{ENTER} serai up", budget=600)
    inside = (
        "modprobe e1000e; modprobe nvme; sleep 2; ip link; "
        "card=$(basename /sys/bus/pci/drivers/e1000e/*:*/net/*); "
        "ip link set $card up; sleep 3; ip addr add 10.77.0.15/24 dev $card; ping -c 3 -W 5 10.77.0.2; "
        f"dd if=/dev/nvme0n1 bs={len(PATTERN)} count=1 2>/dev/null; dmesg | grep -i hypervisor"
    )
    said = shared.host.run(
        f'{ENTER} serai exec inner -- sh -c "{inside.replace("$", chr(92) + "$")}"', check=False
    )

    assert " 0% packet loss" in said.stdout, said.stdout + said.stderr
    assert PATTERN in said.stdout
    assert "KVM" in said.stdout


def test_the_host_sees_into_the_nested_guest(shared):
    """NEST-6, NEST-7: what a guest lacks of its host to run guests itself."""
    judged = shared.host.run(f"{ENTER} serai host check --guest inner nest mem.available --json", check=False)
    assert judged.stdout, judged.stderr
    found = {each["id"]: each for each in json.loads(judged.stdout)["checks"]}
    shared.host.run(f"{ENTER} serai destroy -y && cd / && umount /run/home")

    assert found["nest.flag"]["result"] == found["nest.parameter"]["result"] == "pass", found
    assert found["nest.flag"]["value"] == "host: svm, guest: svm"
    assert found["nest.device"]["read"] == "/dev/kvm"
    assert found["mem.available"]["read"] == "/proc/meminfo"


def test_all_is_undone_after_a_reboot_and_leaves_nothing_behind(shared):
    shared.host.serai("host undo --all -y")
    assert links(shared.host) == [CARD, "lo"], "the session that undoes the bridge lives on"
    shared.host.reboot()

    assert differences(shared.before, disk(shared.host)) == []
    assert look(shared.host) == shared.first
