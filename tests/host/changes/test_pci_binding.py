"""A device goes to vfio-pci and back to its driver; a kill at any moment is finished or undone."""

from __future__ import annotations

import pytest

from fake_pci import FakePci, Killed
from serai.host.apply import conflicts, tune, undo
from serai.host.changes.change import State
from serai.host.changes.pci_binding import PciBinding
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

NIC = "0000:01:00.0"
BIND = PciBinding(address=NIC, ids="8086:10d3")
WRITES = 12
"""More than an apply or an undo takes."""


@pytest.fixture
def host(tmp_path):
    found = FakePci(tmp_path, {"e1000e": ["8086:10d3"]})
    found.device(NIC, "8086:10d3", "0200", group="7", driver="e1000e")
    return found


def give(host, change=BIND):
    return tune(host, "x", "", [change], lambda line: None)


def take_back(host, **more):
    record = Ledger(host).read("x")
    if record:
        undo(host, record, lambda line: None, **more)


def test_it_is_given_read_back_and_taken_back(host):
    (seen,) = give(host)

    assert (seen.state, seen.value) == (State.DONE, "vfio-pci, /dev/vfio/7")
    assert host.override(NIC) == "vfio-pci"
    take_back(host)
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")
    assert not host.has("/dev/vfio/7")


def test_a_device_without_a_driver_is_left_without_one(host):
    host.put(f"/sys/bus/pci/devices/{NIC}/driver/unbind", NIC)
    give(host)
    take_back(host)

    assert host.driver(NIC) == ""


def test_the_hosts_driver_is_loaded_again_where_it_was_not_since_the_boot(host):
    give(host)
    for path in sorted((host.root / "sys/bus/pci/drivers/e1000e").rglob("*")):
        path.unlink()
    (host.root / "sys/bus/pci/drivers/e1000e").rmdir()
    take_back(host)

    assert host.driver(NIC) == "e1000e"


def test_without_a_group_the_device_keeps_its_driver(host):
    (host.root / f"sys/bus/pci/devices/{NIC}/iommu_group").unlink()
    with pytest.raises(SeraiError) as error:
        give(host)

    assert "is in no IOMMU group" in error.value.message
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")
    assert Ledger(host).read("x") is None


def test_another_device_in_that_place_is_not_taken(host):
    with pytest.raises(SeraiError) as error:
        give(host, PciBinding(address=NIC, ids="10de:1b80"))

    assert "8086:10d3, not 10de:1b80" in error.value.message
    assert host.driver(NIC) == "e1000e"


def test_a_kernel_that_does_not_bind_it_is_told_and_the_driver_has_it_back(host, monkeypatch):
    monkeypatch.setitem(host.modules, "vfio-pci", [])
    monkeypatch.setattr(host, "_load", lambda name: None)
    with pytest.raises(SeraiError) as error:
        give(host)

    assert "vfio-pci did not take" in error.value.message
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")


def test_what_waits_for_a_reboot_is_pending_and_touches_nothing(host):
    (seen,) = give(host, PciBinding(address=NIC, ids="8086:10d3", now=False, waits="reboot"))

    assert (seen.state, seen.why) == (State.PENDING, "reboot")
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")


def test_what_a_boot_did_not_bind_is_lost(host):
    change = PciBinding(address=NIC, ids="8086:10d3", now=False)

    assert change.rebooted(change.read_back(host)).state is State.LOST


def test_a_guest_that_has_it_stops_the_undo(host):
    give(host)
    host.users = "/dev/vfio/7 qemu-system-x86 (812)"
    with pytest.raises(SeraiError) as error:
        take_back(host)

    assert error.value.code is Code.REFUSED
    assert "qemu-system-x86 (812) has /dev/vfio/7 open" in error.value.message


def test_a_driver_that_somebody_else_chose_is_a_conflict(host):
    give(host)
    host.put(f"/sys/bus/pci/devices/{NIC}/driver/unbind", NIC)
    host._bind(NIC, "igb")

    assert conflicts(host, Ledger(host).read("x")) == [f"{NIC} is with igb now, neither vfio-pci nor e1000e"]


@pytest.mark.parametrize("left", range(WRITES))
def test_killed_while_it_is_given_it_can_be_given_or_taken_back(host, left):
    host.left = left
    try:
        give(host)
    except Killed:
        host.left = -1
        again = Ledger(host).read("x")
        give(host)
        assert (host.driver(NIC), host.override(NIC)) == ("vfio-pci", "vfio-pci")
        assert again is None or len(again.steps) == 1
    host.left = -1
    take_back(host)
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")
    assert not host.has("/var/lib/serai")


@pytest.mark.parametrize("left", range(WRITES))
def test_killed_while_it_is_taken_back_the_next_undo_ends_it(host, left):
    give(host)
    host.left = left
    try:
        take_back(host)
    except Killed:
        host.left = -1
        take_back(host)
    assert (host.driver(NIC), host.override(NIC)) == ("e1000e", "(null)")
    assert Ledger(host).read("x") is None


def test_the_kills_reach_every_write(host):
    host.left = WRITES
    give(host)
    assert 0 < host.left < WRITES


def test_a_tree_of_files_has_nothing_to_bind(tmp_path):
    tree = Local(tmp_path)

    assert BIND.holds(tree)
    assert BIND.read_back(tree).state is State.PENDING
