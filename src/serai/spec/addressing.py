"""Addresses that machines state for their cards, and which two of them cannot both have. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

import msgspec

from serai.spec.machine import Machine


class Collision(msgspec.Struct, frozen=True):
    """A card with the address of another one: of an earlier machine, or of its own."""

    machine: Machine
    key: tuple[str | int, ...]
    """Where it states it."""
    other: str
    message: str


def collisions(machines: Iterable[Machine], together: Container[str] | None = None) -> Iterator[Collision]:
    """`together`: machines that are up at one time, None: all of them. Of others, each one's own are compared."""
    taken: dict[tuple[str, str, str], str] = {}
    for machine in machines:
        group = "" if together is None or machine.name in together else machine.name
        for network, address, key in stated(machine):
            held = (group, network, address.lower())
            if other := taken.get(held):
                yield Collision(machine, key, other, f"{address} is {other}'s already")
            taken.setdefault(held, machine.name)


def stated(machine: Machine) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """(network, address, key). A MAC is one wherever it is: its network is empty."""
    for index, nic in enumerate(machine.networks):
        for kind, card in (("private", nic.private), ("public", nic.public), ("uplink", nic.uplink)):
            if card is not None and card.mac is not None:
                yield "", card.mac, ("networks", index, kind, "mac")
        if nic.private is not None:
            for kind, text in (("address", nic.private.address), ("ipv6", nic.private.ipv6)):
                if text is not None and (address := _address(text)):
                    yield nic.private.network, address, ("networks", index, "private", kind)


def _address(text: str) -> str:
    """As it is written shortest, without prefix; empty for what is none."""
    from ipaddress import ip_interface

    try:
        return str(ip_interface(text).ip)
    except ValueError:
        return ""
