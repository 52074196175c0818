"""What a container may do."""

from __future__ import annotations

from serai.providers.nspawn import rights
from serai.providers.nspawn.site import Site
from serai.spec.container import Container

FIRST = Site(name="m", hostname="web", directory="/s", cgroups={"devices": 1}, by_systemd=False)
SECOND = Site(name="m", hostname="web", directory="/s", cgroups={"devices": 2}, by_systemd=False)


def test_a_set_is_read_by_the_numbers_of_its_bits():
    everything = (1 << len(rights.CAPABILITIES)) - 1

    assert rights.missing(everything) == []
    assert rights.missing(everything & ~(1 << 12)) == ["net_admin"]
    assert len(rights.CAPABILITIES) == 41


def test_nobody_makes_devices_where_nobody_would_hold_it_back():
    assert rights.dropped(Container(), SECOND) == ["CAP_MKNOD"]
    assert rights.dropped(Container(cap_add=["MKNOD"]), SECOND) == []
    assert rights.dropped(Container(), FIRST) == []


def test_of_all_that_is_dropped_what_is_added_stays():
    box = Container(cap_drop=["ALL"], cap_add=["cap_chown"])

    assert rights.added(box, FIRST) == ["CAP_CHOWN"]
    gone = rights.dropped(box, FIRST)
    assert "CAP_CHOWN" not in gone
    assert "CAP_NET_ADMIN" in gone


def test_a_privileged_one_has_all():
    box = Container(privileged=True, cap_drop=["NET_RAW"])

    assert (rights.added(box, SECOND), rights.dropped(box, SECOND)) == (["all"], [])
    assert rights.added(Container(cap_add=["ALL"]), FIRST) == ["all"]
