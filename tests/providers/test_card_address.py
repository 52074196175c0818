"""A card has the address that it states, else its machine's."""

from __future__ import annotations

from serai.providers.card_address import card_address
from serai.spec.network import PrivateNic

KNOWN = {"back": "10.40.0.20/23"}


def test_the_stated_one_has_the_prefix_of_the_network() -> None:
    assert card_address(PrivateNic(network="back", address="10.40.0.21"), KNOWN) == "10.40.0.21/23"
    assert card_address(PrivateNic(network="back"), KNOWN) == "10.40.0.20/23"


def test_on_a_network_without_addresses_it_has_none() -> None:
    assert card_address(PrivateNic(network="front", address="10.41.0.5"), KNOWN) == ""
