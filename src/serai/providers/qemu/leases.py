"""Who is told which address by DHCP on the private networks, and whom nobody tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serai.providers.contract import Progress, Scope
from serai.providers.qemu import dhcp, hub, links
from serai.providers.qemu.features import Features
from serai.providers.qemu.record import Record, editing, load


def reserved(scope: Scope, network: str) -> tuple[dict[str, str], list[str]]:
    """Address -> MAC of each machine of the project on the network, running or not; and who reads no seed."""
    found: dict[str, str] = {}
    unseeded = []
    for directory in sorted((scope.home / "machines").glob("[!.]*")):
        record = load(directory)
        if record is None or record.applied is None or network not in record.addresses:
            continue
        address = record.addresses[network].partition("/")[0]
        present = [record.hardware.machine] if record.hardware else []  # a card that is plugged is there first
        for machine in (record.applied, *present):
            for link in links.links_of(scope, machine, record.networks):
                if link.network == network:
                    found.setdefault(address, link.mac)
        if not reads_seed(record):
            unseeded.append(address)
    return found, unseeded


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
    stated = record.networks.get(network)
    with hub.opened(scope.home, network) as client:
        hub.add_sink(client)  # while there is no server
        plan = None
        if stated and stated.subnet and stated.dhcp and {"user", "dgram"} <= able.netdevs:
            plan = dhcp.plan(stated.subnet, *reserved(scope, network))
        if plan is None:
            dhcp.remove(client)
            return False
        try:
            dhcp.serve(client, plan, network=network)
        except dhcp.NoServer as error:
            progress(error.message)
            return False
        hub.remove_sink(client)
    return record.addresses.get(network, "").partition("/")[0] in plan.leases
