"""Whether the addresses of machines that run are in the subnets of the file: what `status` tells at no cost.

A network that exists otherwise than the file says in another way is told by `plan`, which asks the engines for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers.contract import ALIVE, Observed
from serai.spec.machine import Machine
from serai.spec.network import Network


def elsewhere(machine: Machine, networks: Mapping[str, Network], seen: Observed) -> str:
    """Of the first private network whose stated subnet has none of its addresses: a sentence; empty: of none."""
    if seen.state not in ALIVE or not seen.addresses:
        return ""
    for nic in machine.networks:
        network = networks.get(nic.private.network) if nic.private else None
        if nic.private and network and network.subnet and not network.external:
            first, mask = _subnet(network.subnet)
            if all(_number(address) & mask != first for address in seen.addresses if ":" not in address):
                where = f"networks.{nic.private.network}.subnet: {network.subnet} in the file"
                return f"{where}, and it is at {', '.join(seen.addresses)} (serai plan)"
    return ""


def _subnet(text: str) -> tuple[int, int]:
    """(its first address, its mask). Not by ipaddress, which `status` has no other use for."""
    address, _, bits = text.partition("/")
    mask = (0xFFFFFFFF << (32 - int(bits))) & 0xFFFFFFFF
    return _number(address) & mask, mask


def _number(address: str) -> int:
    first, second, third, fourth = (int(part) for part in address.split("."))
    return first << 24 | second << 16 | third << 8 | fourth
