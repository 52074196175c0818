"""Networks and ports in Compose's words."""

from __future__ import annotations

import pytest

from serai.loaders.compose.write_container import Loss
from serai.loaders.compose.write_networks import attachments, network, ports
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Network, NetworkMode, Nic, PrivateNic, UplinkNic, UplinkType


def test_ports_say_what_differs_from_composes_own() -> None:
    forwards = [
        ForwardedPort(guest=80, host=8080, host_ip="0.0.0.0"),
        ForwardedPort(guest=81, host=32768, host_ip="0.0.0.0", auto_correct=True),
        ForwardedPort(guest=82, host=8082, auto_correct=True, id="x"),
    ]

    assert ports(Machine(networks=[Nic(forwarded_port=each) for each in forwards]), Loss()) == [
        {"target": 80, "published": "8080"},
        {"target": 81},
        {"target": 82, "published": "8082-65535", "host_ip": "127.0.0.1", "name": "x"},
    ]


def test_networks_keep_their_order_and_have_the_machines_names() -> None:
    nics = [
        Nic(private=PrivateNic(network="a")),
        Nic(private=PrivateNic(network="b", aliases=["x"], address="10.0.0.2")),
    ]
    machine = Machine(name="web", networks=[*nics, Nic(uplink=UplinkNic(type=UplinkType.NONE))], aliases=["www"])

    assert attachments(machine, Container(network_aliases=["y"]), Loss()) == {
        "networks": {
            "a": {"aliases": ["www", "y"], "priority": 2},
            "b": {"ipv4_address": "10.0.0.2", "aliases": ["x", "www", "y"]},
        }
    }
    assert attachments(Machine(name="web"), Container(), Loss()) == {"network_mode": "bridge"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {"internal": True}),
        (Network(), {"internal": True}),
        (Network(mode=NetworkMode.NAT), None),
        (Network(mode=NetworkMode.NAT, internal=True), {"internal": True}),
        (Network(external="x"), {"external": True, "name": "x"}),
        (Network(mode=NetworkMode.NAT, subnet="10.0.0.0/24"), {"ipam": {"config": [{"subnet": "10.0.0.0/24"}]}}),
    ],
)
def test_a_network(given: Network | None, expected: object) -> None:
    assert network("a", given, Loss()) == expected


def test_what_compose_has_not_is_lost() -> None:
    loss = Loss()
    network("a", Network(mode=NetworkMode.OPEN, domain="x"), loss)

    assert len(loss.errors) == 2
