"""Interfaces of machines that run and lead nowhere: somebody destroyed the network that they were joined to.

libvirt lets a network be destroyed under its guests, and tells none of them. Its taps stay, without a bridge.
"""

from __future__ import annotations

from pathlib import Path

from serai.providers.libvirt.record import Record

TAP = "vnet"
"""How libvirt names the taps that it makes. Source: libvirt, virnetdev.h, VIR_NET_GENERATED_VNET_PREFIX."""


def loose(root: Path = Path("/")) -> frozenset[str]:
    """The MAC addresses of taps that no bridge has, without their first octet, which is fe on the host's side."""
    found = set()
    for tap in (root / "sys/class/net").glob(f"{TAP}*"):
        if (tap / "master").exists():
            continue
        try:
            found.add((tap / "address").read_text().strip().partition(":")[2])
        except OSError:
            continue  # it has just gone, with its machine
    return frozenset(found)


def cut_off(record: Record, taps: frozenset[str]) -> str:
    """A sentence on the interfaces of a machine that are among these; empty: there are none."""
    if not taps:
        return ""
    names = _names(record)
    gone = [name for mac, name in zip(record.macs, names, strict=False) if mac.lower().partition(":")[2] in taps]
    if not gone:
        return ""
    which = f"{'networks' if len(gone) > 1 else 'network'} {' and '.join(gone)}"
    return f"{which} {'were' if len(gone) > 1 else 'was'} destroyed under it: its interface leads nowhere"


def _names(record: Record) -> list[str]:
    """What each interface is joined to, in the order of the record's addresses: the uplink is the first."""
    cards = [nic for nic in (record.applied.networks if record.applied else []) if nic.private or nic.public]
    names = [
        nic.private.network if nic.private else str(nic.public and (nic.public.network_name or nic.public.bridge))
        for nic in cards
    ]
    return names if len(names) == len(record.macs) else [record.uplink or "uplink", *names]
