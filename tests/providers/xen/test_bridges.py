"""Bridges of private networks: which are serai's, what is told to dom0, what a network may not state."""

from __future__ import annotations

import pytest

from serai.providers.xen import bridges
from serai.spec.network import Network, NetworkMode, PortGroup
from xen_site import loaded


def test_a_bridge_of_dom0s_own_is_none_of_serais(scope) -> None:
    networks = {
        "own": Network(subnet="10.40.0.0/24"),
        "lan": Network(mode=NetworkMode.BRIDGE, bridge="br0"),
        "theirs": Network(external="x"),
    }

    (only,) = bridges.ours(scope, networks, ["own", "lan", "theirs"]).items()
    assert only[1] is networks["own"]


def test_dom0_has_the_first_address_of_the_subnet() -> None:
    said = bridges.ensure({"b": Network(subnet="10.40.0.0/24", mtu=1400)})

    assert "ip link add b type bridge forward_delay 0" in said
    assert "ip link set b mtu 1400" in said
    assert "ip address replace 10.40.0.1/24 dev b" in said


def test_only_an_idle_bridge_is_removed() -> None:
    assert "/sys/class/net/b/brif" in bridges.remove_idle(("b",))
    assert bridges.remove_idle(()) == "true"


def test_a_machine_is_on_a_network_once() -> None:
    machine = loaded("networks: [{private: {network: back}}, {private: {network: back, address: 10.40.0.20}}]")

    assert bridges.private(machine) == ["back"]


@pytest.mark.parametrize(
    ("network", "key"),
    [
        (Network(mode=NetworkMode.NAT), "mode"),
        (Network(ipv6="fd00::/64"), "ipv6"),
        (Network(portgroups={"a": PortGroup()}), "portgroups"),
    ],
)
def test_what_dom0_does_not_do_is_refused_by_name(network: Network, key: str) -> None:
    (refused,) = bridges.check_network("back", network)

    assert refused.message.startswith(f"networks.back.{key}: ")
    assert bridges.check_network("back", Network()) == []
