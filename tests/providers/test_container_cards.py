"""Cards of a container: the uplink first, then one for each network, each with an address of its own hardware."""

from __future__ import annotations

import pytest

from serai.providers import bridges
from serai.providers.container_cards import Card, cards
from serai.providers.contract import Materials, Scope
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode, Nic, PrivateNic, PublicNic, UplinkNic, UplinkType

NETWORKS = {"back": Network(subnet="10.40.0.0/24", mtu=1450, mode=NetworkMode.NAT, bridge="br-back")}
MATERIALS = Materials(networks=NETWORKS, addresses={"back": "10.40.0.10/24"})


@pytest.fixture
def found(tmp_path, monkeypatch):
    monkeypatch.setattr(bridges, "uplink", lambda stated="": stated or "lxcbr0")
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)

    def of(*networks: Nic, **more: object) -> list[Card]:
        return list(cards(scope, Machine(name="web", networks=list(networks), **more), MATERIALS))

    return of


def test_the_uplink_is_eth0_and_the_rest_follows(found):
    uplink, back, public = found(Nic(private=PrivateNic(network="back")), Nic(public=PublicNic(dev="eth7")))

    assert (uplink.name, uplink.link, uplink.address) == ("eth0", "lxcbr0", "")
    assert (back.name, back.link, back.address, back.mtu) == ("eth1", "br-back", "10.40.0.10/24", 1450)
    assert (public.name, public.kind, public.link, public.mode) == ("eth2", "macvlan", "eth7", "bridge")
    assert len({uplink.mac, back.mac, public.mac}) == 3


def test_without_an_uplink_the_way_out_is_that_of_a_network(found):
    (only,) = found(Nic(uplink=UplinkNic(type=UplinkType.NONE)), Nic(private=PrivateNic(network="back")))

    assert (only.name, only.gateway) == ("eth1", "10.40.0.1")


def test_a_container_may_have_none_or_the_hosts(found):
    assert [card.kind for card in found(Nic(uplink=UplinkNic(type=UplinkType.NONE)))] == ["empty"]
    assert [card.kind for card in found(container=Container(network_mode="none"))] == ["empty"]
    assert [card.kind for card in found(container=Container(network_mode="host"))] == ["none"]


def test_two_cards_on_a_network_have_an_address_each(found):
    nics = [Nic(private=PrivateNic(network="back", address=f"10.40.0.{number}")) for number in (10, 11)]

    _, *cards = found(*nics)

    assert [card.address for card in cards] == ["10.40.0.10/24", "10.40.0.11/24"]
