"""Two cards of one network never have one MAC; on two networks they may."""

from __future__ import annotations

import pytest

from serai.providers.identity import mac_address
from serai.providers.mac_collisions import collisions
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic, PrivateNic, PublicNic, UplinkNic, UplinkType

PROJECT = "0000001e"
PAIR = ("web-132", "web-149")
"""Two names whose first card has the MAC SAME in this project."""
SAME = "52:54:00:d2:56:1d"
WAYS_IN = ("web-874", "web-889")
"""The same of the way in."""
BACK = Nic(private=PrivateNic(network="back"))
PORT = Nic(forwarded_port=ForwardedPort(guest=80, host=8080))


def said(*machines: Machine, of: tuple[str, ...] = PAIR) -> list[str]:
    found = list(collisions(PROJECT, machines, of))
    assert all("mac:" in each.hint for each in found)
    return [each.message for each in found]


def pair(*networks: Nic, provider: str = "qemu", names: tuple[str, str] = PAIR, **more: object) -> list[Machine]:
    given = {"provider": provider, "networks": list(networks), **more}
    return [Machine(name=name, **given) for name in names]  # type: ignore[arg-type]


def test_the_names_of_these_tests_have_one_mac() -> None:
    assert {mac_address(PROJECT, name, 1) for name in PAIR} == {SAME}
    assert len({mac_address(PROJECT, name, 0) for name in WAYS_IN}) == 1


@pytest.mark.parametrize("provider", ["qemu", "libvirt", "xen", "lxc", "nspawn"])
def test_both_machines_of_a_pair_are_named(provider: str) -> None:
    (line,) = said(*pair(PORT, BACK, provider=provider))

    assert line.startswith(f"web-149: networks[1].private: {SAME} is the MAC of web-132 (networks[1].private)")
    assert "network back" in line


@pytest.mark.parametrize("public", [PublicNic(bridge="br0"), PublicNic(dev="eth0"), PublicNic()])
def test_a_network_of_the_host_is_one_too(public: PublicNic) -> None:
    assert len(said(*pair(Nic(public=public)))) == 1


def test_a_stated_mac_is_compared_with_a_derived_one() -> None:
    stated = Nic(private=PrivateNic(network="back", mac=SAME.upper()))
    one, other = Machine(name="db", networks=[stated]), Machine(name="web-149", networks=[BACK])

    assert len(said(one, other)) == 1


def test_a_pair_that_states_a_mac_is_none_any_more() -> None:
    one, other = pair(BACK)
    mended = Machine(name=other.name, networks=[Nic(private=PrivateNic(network="back", mac="52:54:00:00:00:01"))])

    assert said(one, mended) == []


def test_two_that_are_stated_may_be_up_in_turn() -> None:
    stated = Nic(private=PrivateNic(network="back", mac=SAME))

    assert said(*pair(stated)) == []


def test_networks_of_their_own_may_have_the_same() -> None:
    (one, _), (_, other) = pair(BACK), pair(Nic(private=PrivateNic(network="front")))

    assert said(one, other) == []


def test_what_is_not_brought_up_is_not_told() -> None:
    assert said(*pair(BACK), of=("db",)) == []
    assert len(said(*pair(BACK), of=("web-132",))) == len(said(*pair(BACK), of=("web-149",))) == 1


@pytest.mark.parametrize(
    ("provider", "uplink", "wrong"),
    [
        ("libvirt", UplinkNic(), True),
        ("lxc", UplinkNic(network_name="br0"), True),
        ("libvirt", UplinkNic(type=UplinkType.USER), False),
        ("libvirt", UplinkNic(type=UplinkType.NONE), False),
        ("qemu", UplinkNic(), False),
        ("docker", UplinkNic(), False),
    ],
)
def test_ways_in_share_a_network_unless_each_has_its_own(provider: str, uplink: UplinkNic, wrong: bool) -> None:
    found = said(*pair(Nic(uplink=uplink), provider=provider, names=WAYS_IN), of=WAYS_IN)

    assert [line.partition(": 52")[0] for line in found] == (["web-889: networks.uplink"] if wrong else [])


def test_containers_of_engines_with_macs_of_their_own_and_of_the_hosts_network_have_none() -> None:
    assert said(*pair(BACK, provider="docker")) == []
    assert said(*pair(BACK, provider="lxc", container=Container(network_mode="host"))) == []
