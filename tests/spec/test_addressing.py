"""Which machines want one address of a card."""

from __future__ import annotations

from serai.spec.addressing import collisions, stated
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic, PublicNic, UplinkNic

MAC = "52:54:00:00:00:0a"
WEB = PrivateNic(network="back", address="10.0.0.9")


def machine(name: str, *cards: PrivateNic | PublicNic) -> Machine:
    nics = [Nic(private=card) if isinstance(card, PrivateNic) else Nic(public=card) for card in cards]
    return Machine(name=name, networks=nics)


def test_two_machines_cannot_have_one_address() -> None:
    (found,) = collisions([machine("web", WEB), machine("db", PrivateNic(network="front"), WEB)])

    assert (found.machine.name, found.other, found.key) == ("db", "web", ("networks", 1, "private", "address"))
    assert found.message == "10.0.0.9 is web's already"


def test_nor_can_two_cards_of_one() -> None:
    assert [each.other for each in collisions([machine("web", WEB, WEB)], together=())] == ["web"]


def test_on_another_network_an_address_is_another_one_and_a_mac_is_not() -> None:
    front = PrivateNic(network="front", address="10.0.0.9")
    assert not list(collisions([machine("a", WEB), machine("b", front)]))

    one, other = PrivateNic(network="back", mac=MAC), PublicNic(mac=MAC.upper())
    (found,) = collisions([machine("a", one), machine("b", other)])
    assert (found.key, found.message) == (("networks", 0, "public", "mac"), f"{MAC.upper()} is a's already")


def test_addresses_of_ipv6_are_one_however_they_are_written() -> None:
    cards = [PrivateNic(network="back", ipv6=text) for text in ("fd00:0::10/64", "fd00::10/48")]
    (found,) = collisions([machine(name, card) for name, card in zip("ab", cards, strict=True)])

    assert (found.key[-1], found.message) == ("ipv6", "fd00::10 is a's already")


def test_only_machines_that_are_up_together_are_compared() -> None:
    machines = [machine(name, WEB) for name in "abc"]

    assert not list(collisions(machines, together=()))
    assert not list(collisions(machines, together={"b"}))
    assert [(each.machine.name, each.other) for each in collisions(machines, together={"b", "c"})] == [("c", "b")]


def test_what_is_no_address_is_none_that_could_be_had() -> None:
    wrong = PrivateNic(network="back", address="10.0.0.256")

    assert not list(collisions([machine("a", wrong), machine("b", wrong)]))


def test_each_card_says_its_own() -> None:
    uplink = Machine(name="a", networks=[Nic(uplink=UplinkNic(mac=MAC)), Nic(private=WEB)])

    assert list(stated(uplink)) == [
        ("", MAC, ("networks", 0, "uplink", "mac")),
        ("back", "10.0.0.9", ("networks", 1, "private", "address")),
    ]
