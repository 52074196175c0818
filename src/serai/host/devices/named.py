"""Which devices a person means by a word, and what was meant where it names none: a function, ids, a link."""

from __future__ import annotations

import re
from difflib import get_close_matches

from serai.host.devices.inventory import Inventory, Listed
from serai.host.facts.host import Facts
from serai.providers.pci_use import address_in
from serai.util.errors import Code, SeraiError

SHAPE = "an address is 01:00.0, or 01:00 for its whole slot"
IDS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")


def named(facts: Facts, found: Inventory, word: str) -> list[Listed]:
    """A device (01:00.0), or the functions of a slot (01:00), with or without the domain in front.

    Raises SeraiError (Code.INPUT) where there is none, with those that may have been meant.
    """
    whole = word.lower() if word.count(":") == 2 else f"0000:{word.lower()}"
    fitting = [each for each in found.devices if whole in (each.address, each.address.partition(".")[0])]
    if fitting:
        return fitting
    meant = _meant(facts, found, word.lower(), whole)
    hint = f"maybe {' or '.join(meant)}; " if meant else f"{SHAPE}; "
    raise SeraiError(
        Code.INPUT,
        f"{facts.source.reach.name} has no PCI device {word}",
        hint=f"{hint}serai host devices lists them",
    )


def _meant(facts: Facts, found: Inventory, word: str, whole: str) -> list[str]:
    """Addresses, the most likely first; none where the word looks like nothing."""
    addresses = [each.address for each in found.devices]
    if IDS.fullmatch(word):
        return [each.address for each in found.devices if each.ids == word]
    if "/" not in word and (owner := address_in(facts.source.reach.target(f"/sys/class/net/{word}"))):
        return [owner]
    same_slot = [each for each in addresses if each.partition(".")[0] == whole.partition(".")[0]]
    on_bus = [each for each in addresses if each == f"0000:00:{word}"]
    return same_slot or on_bus or get_close_matches(whole, addresses, n=2, cutoff=0.8)
