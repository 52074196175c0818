"""Who is told which address by DHCP on the private networks, and whom nobody tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serai.providers.card_address import card_address
from serai.providers.contract import Progress, Scope
from serai.providers.qemu import dhcp, hub, links
from serai.providers.qemu.features import Features
from serai.providers.qemu.record import Record, editing, is_alive, load


def reserved(scope: Scope, network: str) -> tuple[dict[str, str], list[str]]:
    """Address -> MAC of each machine of the project on the network, running or not; and who reads no seed.

    Of two machines that state one address, of which one is up at a time, it is the one that runs.
    """
    found: dict[str, str] = {}
    unseeded: list[str] = []
    for directory in sorted((scope.home / "machines").glob("[!.]*")):
        record = load(directory)
        if record is None:
            continue
        own = _cards(scope, record, network)
        for address, mac in own.items():
            if address not in found or is_alive(directory):
                found[address] = mac
        if not reads_seed(record):
            unseeded += own
    return found, unseeded


def _cards(scope: Scope, record: Record, network: str) -> dict[str, str]:
    """Address -> MAC of each card that a machine has on the network; none before it is made."""
    if record.applied is None or network not in record.addresses:
        return {}
    found: dict[str, str] = {}
    present = [record.hardware.machine] if record.hardware else []  # a card that is plugged is there first
    for machine in (record.applied, *present):
        for link in links.links_of(scope, machine, record.networks):
            nic = machine.networks[link.index].private if link.network == network else None
            if nic and link.mac not in found.values():
                found.setdefault(card_address(nic, record.addresses).partition("/")[0], link.mac)
    return found


def reads_seed(record: Record) -> bool:
    """Whether the seed tells the guest its addresses."""
    return record.image is not None and record.image.seed != "none"


def offer(scope: Scope, directory: Path, networks: Sequence[str], able: Features, progress: Progress) -> None:
    """Have the hubs of a machine that starts serve DHCP, and keep with it where nobody tells its address."""
    record = load(directory)
    assert record is not None
    served = [name for name in networks if _serve(scope, name, record, able, progress)]
    untold = () if reads_seed(record) else tuple(name for name in networks if name not in served)
    for name in untold:
        progress(
            f"network {name}: its image reads no seed, and DHCP does not serve it: set its address in the guest"
        )
    if untold != record.untold:
        with editing(directory) as record:
            record.untold = untold


def _serve(scope: Scope, network: str, record: Record, able: Features, progress: Progress) -> bool:
    """Bring the hub's server up to date. True: it gives this machine its address."""
    stated, own = record.networks.get(network), _cards(scope, record, network)
    with hub.opened(scope.home, network) as client:
        hub.add_sink(client)  # while there is no server
        plan = None
        if stated and stated.subnet and stated.dhcp and {"user", "dgram"} <= able.netdevs:
            found, unseeded = reserved(scope, network)
            plan = dhcp.plan(stated.subnet, found | own, unseeded)
        if plan is None:
            dhcp.remove(client)
            return False
        try:
            dhcp.serve(client, plan, network=network)
        except dhcp.NoServer as error:
            progress(error.message)
            return False
        hub.remove_sink(client)
    return bool(own) and own.keys() <= plan.leases.keys()
