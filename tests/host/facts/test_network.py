"""Networks: the way out and its gateway, bridges, the policy of a chain, packets that were measured."""

from __future__ import annotations

import pytest

from host_cases import Case, source, write
from serai.host.checks.row import Outcome
from serai.host.facts.network import Network, PathMtu
from serai.host.facts.source import Unknown

HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"
ROUTES = HEAD + "eth0 00000000 0100090A 3 0 0 0 00000000\neth0 0000090A 00000000 1 0 0 0 00FFFFFF\n"


def test_the_default_route_shows_the_uplink(tmp_path):
    route = "Iface\teth1\nvirbr0 0065A8C0 0 1 0 0 0 00FFFFFF\neth0 00000000 0101 3 0 0 0 00000000"
    write(tmp_path, {"proc/net/route": route, "sys/class/net/br0/bridge": None, "sys/class/net/eth0": None})
    said = {"iptables-save": "*nat\n:FORWARD ACCEPT\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\nCOMMIT"}
    network = Network(source(tmp_path, Case(Outcome.PASS, run=said)))

    assert (network.uplink, network.bridges, network.policy("FORWARD")) == ("eth0", ["br0"], "DROP")


def of(tmp_path, **answers):
    write(tmp_path, {"proc/net/route": ROUTES, "sys/class/net/eth0/mtu": "1500"})
    return Network(source(tmp_path, Case(Outcome.PASS, ask=answers)))


def test_routes_tell_the_gateway_and_the_subnet_of_a_link(tmp_path):
    network = of(tmp_path)

    assert (network.gateway, network.subnet("eth0"), network.subnet("eth1")) == ("10.9.0.1", "10.9.0.0/24", "")


def test_a_path_is_measured_to_the_gateway_unless_another_address_is_named(tmp_path):
    answers = {"path-mtu 10.9.0.1 1500 0.4": "1500 whole", "path-mtu far.example.org 1500 1.0": "1400 silent"}
    network = of(tmp_path, **answers)

    assert network.path() == PathMtu("10.9.0.1", 1500, "whole")
    assert network.path("far.example.org") == PathMtu("far.example.org", 1400, "silent")


def test_without_a_gateway_there_is_nothing_to_measure(tmp_path):
    write(tmp_path, {"proc/net/route": HEAD + "ppp0 00000000 00000000 1 0 0 0 00000000\n"})
    with pytest.raises(Unknown, match="name an address"):
        Network(source(tmp_path, Case(Outcome.PASS))).path()
