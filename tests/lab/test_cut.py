"""The power fails in the middle of a tuning, and while devices are given away (GPU-5, MEM-3).

The tests of this file are steps of one host, in this order: a start takes most of a minute.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from lab.machine import Host
from lab.topologies import INTEL, NIC, SPLIT, nvme
from lab.tree import differences, disk
from lab.tuned import (
    ARGUMENTS,
    GUESTS,
    LARGE,
    NIC_AT,
    NVME_AT,
    TAKEN,
    TUNED,
    Looked,
    applied,
    checks,
    look,
    states,
    tune,
)

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(1800), pytest.mark.usefixtures("in_order")]

OWED = (
    f"serai host tune {TUNED} -y & until grep -qs owed /var/lib/serai/host/hugepages.json || ! kill -0 $!; "
    "do sleep 0.1; done"
)
"""Ends when the arguments are written down, before the boot loader's own files are made anew."""
GIVE = f"host passthrough {NIC_AT} {NVME_AT} -y"
GIVEN = (f"passthrough-{NIC_AT}", f"passthrough-{NVME_AT}")
PACKING = f"serai {GIVE} & until pidof -x mkinitramfs || ! kill -0 $!; do sleep 0.2; done"
"""Ends while the initramfs is packed: the rules that give the devices away are written, what they owe is not."""


class Life(NamedTuple):
    """The host, and its files and its kernel as they were before anything was tuned."""

    host: Host
    before: dict[str, str]
    first: Looked


@pytest.fixture(scope="module")
def life(lab_image, lab_app, tmp_path_factory):
    place = tmp_path_factory.mktemp("cut")
    devices = [*SPLIT, *INTEL, *NIC, *nvme(place / "given")]
    host = Host(lab_image, place / "host", lab_app, devices=devices, memory=6144)
    try:
        host.wait()
        yield Life(host, disk(host), look(host))
    finally:
        host.stop()


def test_a_tuning_whose_power_failed_is_known_to_be_unfinished_and_its_undo_leaves_nothing(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    life.host.crash(OWED)

    assert applied(life.host)["hugepages"]["finished"] is False
    assert look(life.host).told == life.first.told, "no argument has reached the kernel"
    life.host.serai("host undo --all -y")
    assert differences(life.before, disk(life.host)) == []


def test_a_tuning_whose_power_failed_again_is_finished_by_the_next_run(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    life.host.crash(OWED)
    assert applied(life.host)["hugepages"]["finished"] is False


def test_tunings_are_done_and_what_waits_for_a_reboot_is_pending(life):
    assert "BOOT_IMAGE=" in life.first.told, "by its own boot loader"
    assert life.first.drivers == ("e1000e", "nvme")
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    tune(life.host, TUNED, "-y")

    records = applied(life.host)
    assert all(each["finished"] for each in records.values())
    found = states(records)
    assert found["thp"] == found["many-guests"] == {"done"}
    assert "pending" in found["hugepages"]
    assert found["iommu"] == {"pending"}
    pending = checks(life.host, "boot.pending")["boot.pending"]
    assert pending["result"] == "note"
    assert "hugepages=1" in pending["value"]
    assert "iommu=pt" in pending["value"]


def test_when_the_power_fails_what_was_done_is_there_and_what_was_not_is_known(life):
    life.host.crash(PACKING)

    records = applied(life.host)
    assert {name for name, each in records.items() if not each["finished"]} == set(GIVEN)
    assert {each for name, found in states(records).items() if name not in GIVEN for each in found} == {"done"}
    found = look(life.host)
    assert set(found.told.split()) - set(life.first.told.split()) == ARGUMENTS
    assert found.groups == "identity"
    assert "[never]" in found.thp
    assert found.pages == TAKEN
    assert found.drivers == ("vfio-pci", "vfio-pci")
    assert not found.own_driver, "the rules were written, and bind them before their own drivers do"


def test_the_next_run_finishes_it(life):
    life.host.serai(GIVE)

    records = applied(life.host)
    assert all(each["finished"] for each in records.values())
    assert {each for name in GIVEN for each in states(records)[name]} == {"done", "pending"}, "the initramfs waits"
    found = checks(life.host, "mem.huge-asked")
    assert {each["result"] for each in found.values()} == {"pass"}


def test_a_second_run_has_nothing_to_do(life):
    life.host.run(f"cat >{GUESTS}", input=LARGE)
    again = tune(life.host, TUNED, "--dry-run")

    assert [each["id"] for each in again] == ["thp", "hugepages", "many-guests", "iommu"]
    assert all(each["changes"] == [] for each in again)


def test_all_is_undone_after_a_reboot_and_leaves_nothing_behind(life):
    life.host.serai("host undo --all -y")
    life.host.reboot()

    assert differences(life.before, disk(life.host)) == []
    assert look(life.host) == life.first
