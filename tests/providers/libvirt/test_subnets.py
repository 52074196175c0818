"""Subnets, bridges and addresses that nobody has."""

from __future__ import annotations

from ipaddress import IPv4Network
from xml.etree import ElementTree

import pytest

from serai.providers.libvirt.subnets import (
    clash,
    free_bridge,
    free_subnet,
    host_routes,
    pick_address,
    subnets_of,
    taken,
)
from serai.util.errors import SeraiError

# As the kernel prints it on a little-endian host.
ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0000290A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
NET = """
<network><name>back</name><bridge name='serai0'/>
  <ip address='10.40.3.1' netmask='255.255.255.0'>
    <dhcp><range start='10.40.3.2' end='10.40.3.4'/><host mac='52:54:00:00:00:01' ip='10.40.3.3'/></dhcp>
  </ip>
  <ip family='ipv6' address='fd00::1' prefix='64'/>
</network>
"""


def test_routes_are_read_but_the_default_one() -> None:
    found = host_routes(ROUTES)
    assert found == {IPv4Network("192.0.2.0/24"): "eth0", IPv4Network("10.41.0.0/16"): "tun0"}


def test_a_network_has_the_subnets_of_its_ipv4_addresses() -> None:
    assert subnets_of(ElementTree.fromstring(NET)) == [IPv4Network("10.40.3.0/24")]


def test_who_has_a_subnet_is_said_in_words() -> None:
    others = taken({"back": ElementTree.fromstring(NET)}, {IPv4Network("10.40.3.0/24"): "serai0"})
    assert clash(IPv4Network("10.40.3.128/25"), others) == "libvirt network back"
    assert clash(IPv4Network("10.40.4.0/24"), others) == ""
    assert clash(IPv4Network("10.41.0.0/24"), taken({}, host_routes(ROUTES))) == "route over tun0"


def test_the_first_free_subnet_is_taken() -> None:
    pool = IPv4Network("10.40.0.0/22")
    assert str(free_subnet(pool, {IPv4Network("10.40.0.0/23"): "x"})) == "10.40.2.0/24"
    with pytest.raises(SeraiError, match="no subnet"):
        free_subnet(pool, {IPv4Network("10.0.0.0/8"): "a tunnel"})


def test_a_bridge_gets_a_name_that_nobody_has() -> None:
    assert free_bridge(set()) == "serai0"
    assert free_bridge({"serai0", "serai2", "virbr0"}) == "serai1"


def test_an_address_that_is_reserved_stays() -> None:
    assert str(pick_address(ElementTree.fromstring(NET), "52:54:00:00:00:01", ())) == "10.40.3.3/24"


def test_a_reserved_address_that_another_guest_still_has_is_given_up() -> None:
    found = pick_address(ElementTree.fromstring(NET), "52:54:00:00:00:01", {"10.40.3.3"})
    assert str(found) in ("10.40.3.2/24", "10.40.3.4/24")


def test_an_address_is_chosen_that_nobody_has_the_same_for_the_same_card() -> None:
    tree = ElementTree.fromstring(NET)
    chosen = {str(pick_address(tree, "52:54:00:00:00:02", ())) for _ in range(3)}
    assert len(chosen) == 1
    assert chosen <= {"10.40.3.2/24", "10.40.3.4/24"}
    assert str(pick_address(tree, "52:54:00:00:00:02", {"10.40.3.2"})) == "10.40.3.4/24"


def test_a_full_range_is_said() -> None:
    with pytest.raises(SeraiError, match=r"network back: no address from 10\.40\.3\.2 to 10\.40\.3\.4 is free"):
        pick_address(ElementTree.fromstring(NET), "52:54:00:00:00:02", {"10.40.3.2", "10.40.3.4"})


def test_a_network_without_dhcp_gives_none() -> None:
    tree = ElementTree.fromstring("<network><name>x</name><ip address='10.0.0.1' prefix='24'/></network>")
    assert pick_address(tree, "52:54:00:00:00:02", ()) is None
