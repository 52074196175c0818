"""What is asked before a machine goes says what goes with it, and what stays."""

from __future__ import annotations

from serai.plan.parting import made, own, question
from serai.spec.disk import Disk, DiskDevice
from serai.spec.machine import Machine

PLAIN = Machine(name="web", image="tiny", disks={"data": Disk()})
MIXED = Machine(name="db", image="tiny", disks={"data": Disk(path="/dev/sdb"), "more": Disk()})
ADOPTED = Machine(name="old", disks={"root": Disk(path="/srv/old.qcow2"), "disc": Disk(device=DiskDevice.CDROM)})


def test_what_serai_made_goes_and_a_persons_own_stays() -> None:
    assert (made(PLAIN), own(PLAIN)) == (("root", "data"), ())
    assert (made(MIXED), own(MIXED)) == (("root", "more"), ("/dev/sdb",))
    assert (made(ADOPTED), own(ADOPTED)) == ((), ("/srv/old.qcow2",))


def test_a_root_disk_that_is_stated_without_an_image_is_made() -> None:
    assert made(Machine(name="web", disks={"data": Disk(), "root": Disk()})) == ("root", "data")
    assert made(Machine(name="web")) == ()


def test_machines_whose_disks_all_go() -> None:
    assert question({"web": PLAIN}) == "Destroy web and all that is on their disks?"
    assert question({"web": PLAIN, "lost": None}) == "Destroy web, lost and all that is on their disks?"


def test_an_adopted_machine_loses_nothing_on_its_disks() -> None:
    assert question({"old": ADOPTED}) == "Destroy old? What is on their disks stays: /srv/old.qcow2."


def test_both_are_told_apart() -> None:
    assert question({"db": MIXED, "old": ADOPTED, "lost": None}) == (
        "Destroy db, old, lost and all that is on the disks of db (root, more), lost (all)? "
        "Your own stay: /dev/sdb, /srv/old.qcow2."
    )
