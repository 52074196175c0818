"""A link is read as `ip -j` tells it, and its addresses and routes are written for another link."""

from __future__ import annotations

import json

import pytest

from serai.host.bridging.link import Link, back, forth, read_link
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

ADDRESSES = [
    {"family": "inet", "local": "10.0.0.2", "prefixlen": 24, "broadcast": "10.0.0.255", "scope": "global"},
    {"family": "inet", "local": "10.0.0.9", "prefixlen": 24, "dynamic": True, "valid_life_time": 9},
    {
        "family": "inet6", "local": "fd00::2", "prefixlen": 64, "scope": "global", "dynamic": True,
        "valid_life_time": 90, "preferred_life_time": 60, "noprefixroute": False,
    },
    {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
]  # fmt: skip
ROUTES4 = [
    {"type": "unicast", "dst": "default", "gateway": "10.0.0.1", "protocol": "dhcp", "metric": 100, "flags": []},
    {"type": "unicast", "dst": "10.0.0.0/24", "protocol": "kernel", "scope": "link", "prefsrc": "10.0.0.2"},
    {"type": "unicast", "dst": "10.9.9.9", "protocol": "static", "scope": "link", "table": "main"},
    {"type": "local", "dst": "10.0.0.2", "table": "local", "protocol": "kernel", "scope": "host"},
]
ROUTES6 = [
    {"type": "unicast", "dst": "default", "gateway": "fe80::ff", "protocol": "ra", "metric": 1024, "expires": 30},
    {"type": "unicast", "dst": "fd01::/64", "via": {"family": "inet6", "host": "fe80::9"}, "flags": ["onlink"]},
]
NEAR = [{"dst": "10.0.0.1", "lladdr": "02:00:00:00:00:01"}, {"dst": "10.0.0.7", "lladdr": "02:00:00:00:00:07"}]


def told(tmp_path, addresses=ADDRESSES):
    link = {"ifname": "eth0", "address": "02:00:00:00:00:aa", "mtu": 1450, "addr_info": addresses}
    answers = {"address": [link], "-4": ROUTES4, "-6": ROUTES6, "neighbour": NEAR}

    def run(argv):
        found = next(value for key, value in answers.items() if key in argv)
        return Result(argv, 0, json.dumps(found), "")

    return read_link(Local(tmp_path, run), "eth0")


def test_all_goes_over_to_the_bridge(tmp_path):
    assert forth(told(tmp_path), "br0").splitlines() == [
        "link add name br0 address 02:00:00:00:00:aa type bridge stp_state 0 forward_delay 0",
        "link set dev br0 mtu 1450",
        "link set dev eth0 master br0",
        "link set dev eth0 up",
        "link set dev br0 up",
        "address flush dev eth0",
        "address replace 10.0.0.2/24 broadcast 10.0.0.255 dev br0",
        "address replace 10.0.0.9/24 dev br0",
        "address replace fd00::2/64 dev br0 nodad valid_lft 90 preferred_lft 60",
        "address replace fe80::1/64 dev br0 scope link nodad",
        "route replace 10.9.9.9 dev br0 proto static scope link table main",
        "route replace 0.0.0.0/0 via 10.0.0.1 dev br0 proto dhcp metric 100",
        "route replace ::/0 via fe80::ff dev br0 proto ra metric 1024 expires 30",
        "route replace fd01::/64 via inet6 fe80::9 dev br0 onlink",
    ]


def test_the_way_back_takes_the_bridge_away_first(tmp_path):
    lines = back(told(tmp_path), "br0").splitlines()

    assert lines[:4] == [
        "link set dev eth0 nomaster", "link delete dev br0", "address flush dev eth0", "link set dev eth0 up",
    ]  # fmt: skip
    assert "route replace 0.0.0.0/0 via 10.0.0.1 dev eth0 proto dhcp metric 100" in lines


def test_routes_that_no_address_brings_are_kept(tmp_path):
    bare = [{**ADDRESSES[0], "noprefixroute": True}]
    lines = forth(told(tmp_path, bare), "br0").splitlines()

    assert "address replace 10.0.0.2/24 broadcast 10.0.0.255 dev br0 noprefixroute" in lines
    assert "route replace 10.0.0.0/24 dev br0 proto kernel scope link src 10.0.0.2" in lines


def test_of_the_neighbours_the_gateway_is_kept(tmp_path):
    link = told(tmp_path)

    assert link.gateways == ["10.0.0.1", "fe80::ff"]
    assert link.neighbours == {"10.0.0.1": "02:00:00:00:00:01"}


def test_a_point_to_point_address_has_its_peer():
    from serai.host.bridging.link import Address

    line = Address("10.1.0.1", 32, address="10.1.0.2").on("br0")
    assert line == "address replace 10.1.0.1/32 peer 10.1.0.2 dev br0"
    assert Link("eth0", "", 1500).gateways == []


def test_a_link_that_there_is_not_is_an_error(tmp_path):
    nobody = Local(tmp_path, lambda argv: Result(argv, 1, "", 'Device "eth9" does not exist.'))
    with pytest.raises(SeraiError, match="does not exist"):
        read_link(nobody, "eth9")
