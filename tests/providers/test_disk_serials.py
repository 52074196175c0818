"""No two disks of a machine have one serial number."""

from __future__ import annotations

from serai.providers.disk_serials import serial, shared
from serai.spec.disk import Disk

LONG = "database-replication"


def test_a_disk_has_the_number_that_it_states_or_its_name_as_far_as_that_goes():
    assert serial("data", None) == serial("data", Disk()) == "data"
    assert serial(f"{LONG}-a", Disk()) == LONG
    assert serial("data", Disk(serial="WD,1")) == "WD,1"


def test_two_that_would_share_a_number_are_named():
    ((key, why, hint),) = shared({f"{LONG}-a": Disk(), f"{LONG}-b": Disk(), "data": Disk()})

    assert key == f"disks.{LONG}-b.serial"
    assert why.startswith(f"{LONG} is {LONG}-a's serial number, too")
    assert "serial:" in hint


def test_long_names_alone_are_no_fault():
    assert list(shared({f"{LONG}-a": Disk(), f"{LONG}-b": Disk(serial="b")})) == []
    assert [key for key, *_ in shared({"a": Disk(), "b": Disk(serial="a")})] == ["disks.b.serial"]
