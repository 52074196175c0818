"""The address of a card on a private network: a machine may have several on one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from serai.spec.network import PrivateNic


def card_address(nic: PrivateNic, addresses: Mapping[str, str]) -> str:
    """With its prefix: the card's own, where it states one, else what its machine has; empty: none.

    `addresses`: network -> the machine's address there.
    """
    known = addresses.get(nic.network, "")
    if not nic.address or not known:
        return known
    return f"{nic.address.partition('/')[0]}/{known.partition('/')[2]}"
