"""What is fixed stays apart from what is leased."""

from __future__ import annotations

from bridging_trees import FIXED, LEASED, LINK
from serai.host.bridging.link import Address
from serai.host.bridging.wanted import Wanted


def test_fixed_addresses_are_those_that_somebody_gave_for_good():
    assert [each.shown for each in FIXED.fixed] == ["10.0.0.2/24", "fd00::2/64"]
    assert not FIXED.leased
    assert FIXED.gateways == ["10.0.0.1"]


def test_a_tree_and_a_lease_have_none():
    assert LEASED.leased and LEASED.gateways == [] and LEASED.fixed == []
    link = type(LINK)("eth0", "", 1500, addresses=(Address("10.0.0.2", 24, dynamic=True),))
    assert Wanted(bridge="br0", port="eth0", link=link).leased
