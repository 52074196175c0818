"""Give devices to guests: what speaks against it, and the changes that do it, now and at each boot (GPU-4)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from serai.host.changes.change import Change
from serai.host.changes.pci_binding import PciBinding
from serai.host.devices.early import early
from serai.host.devices.inventory import Bar, Inventory, Listed, Reason, Verdict, against
from serai.host.devices.named import named
from serai.host.facts.host import Facts
from serai.host.facts.pci import DISPLAYS
from serai.providers.pci_use import BOARD, Need
from serai.providers.vfio import VFIO
from serai.util.errors import Code, SeraiError


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is done for one slot: `id` is the name that it is undone by."""

    id: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def plan(facts: Facts, found: Inventory, addresses: Sequence[str], force: bool) -> list[Given]:
    """A plan for each slot that is named; they are judged together, so that one may free the other's group.

    Raises SeraiError: Code.INPUT for a device that there is not, Code.REFUSED with all reasons and the way out.
    """
    sets = _sets(facts, found, addresses)
    everything = [device for slot in sets for device in slot]
    reasons = against(found, everything)
    _refuse(everything, [each for each in reasons if each.bar is Bar.NEVER])
    _refuse(everything, [each for each in reasons if each.bar is Bar.FIRST])
    if not force:
        way = f"serai host passthrough {' '.join(each[0].address for each in sets)} --force"
        forced = [Reason(Bar.FORCE, each.why, way) for each in reasons if each.bar is Bar.FORCE]
        _refuse(everything, forced)
    return [_given(facts, slot, reasons) for slot in sets]


def _sets(facts: Facts, found: Inventory, addresses: Sequence[str]) -> list[list[Listed]]:
    """The functions that go together, each slot once."""
    sets: dict[str, list[Listed]] = {}
    for address in addresses:
        meant = named(facts, found, address)
        first = next((each for each in meant if each.verdict is not Verdict.STAYS), meant[0])
        if first.verdict is Verdict.STAYS:
            raise SeraiError(
                Code.REFUSED,
                f"{first.address} is a bridge: it carries other devices, and is given to nobody",
                hint=f"serai host devices {first.address}",
            )
        together = [each for each in found.together(first.address) if each.verdict is not Verdict.STAYS]
        sets.setdefault(together[0].address, together)
    return list(sets.values())


def _refuse(devices: Sequence[Listed], reasons: Sequence[Reason]) -> None:
    if not reasons:
        return
    names = " ".join(each.address for each in devices)
    raise SeraiError(
        Code.REFUSED,
        f"{names} was not given away: {reasons[0].why}",
        hint=reasons[0].way
        or f"another device: serai host devices says which can go, serai host devices {names} why not",
        details=[each.why for each in reasons[1:]],
    )


def _given(facts: Facts, slot: list[Listed], reasons: Sequence[Reason]) -> Given:
    """The binding first: it fails where the kernel does not want it, before anything is written."""
    waits = _waits(slot)
    bindings = [
        PciBinding(address=each.address, ids=each.ids, now=not waits, waits=waits or "reboot") for each in slot
    ]
    persistent, notes = early(facts, slot)
    return Given(
        id=f"passthrough-{slot[0].address}",
        changes=(*bindings, *persistent),
        notes=(*_notes(slot, waits, reasons), *notes),
    )


def _waits(slot: Sequence[Listed]) -> str:
    """Why it has to wait for the next boot; empty: now.

    A driver of a card that shows the console, or that a program has open, may hang for good when it is unbound.
    """
    for each in slot:
        for use in each.uses:
            shows = use.need is Need.CONTACT and each.kind in DISPLAYS
            if each.driver not in ("", VFIO) and (shows or use.need is Need.OPEN):
                return f"reboot ({each.driver} cannot let go of it now: {use.what})"
    return ""


def _notes(slot: Sequence[Listed], waits: str, reasons: Sequence[Reason]) -> list[str]:
    """What a person should know before the answer."""
    notes = [
        f"{each.address} {each.kind_name or each.kind} {each.name or each.ids} goes with it" for each in slot[1:]
    ]
    own = {use.what for each in slot for use in each.uses}
    for reason in reasons:
        if reason.bar is Bar.FORCE and reason.why in own:
            notes.append(f"{reason.why}: {_lost(slot)}")
    if waits:
        notes.append(f"it takes effect at the next {waits}")
    if any(each.kind in DISPLAYS and not set(each.reset) & {"flr", "device_specific"} for each in slot):
        notes.append("the card has no reset of its function alone: a second start of a guest may find it hung")
    return notes


def _lost(slot: Sequence[Listed]) -> str:
    """What the host is without afterwards."""
    kinds = {each.kind for each in slot}
    if kinds & BOARD.keys():
        return "the host is without them afterwards"
    lost = "the host shows nothing there" if kinds & set(DISPLAYS) else "the host cannot be reached by it"
    return f"{lost} afterwards; have another way in, a serial console or a second card"
