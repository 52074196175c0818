"""The size of packets on networks that lead containers out: no larger than the way out takes (DOC-3)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from serai.host.facts.network import Network as HostNetwork
from serai.host.facts.source import Source, Unknown
from serai.spec.network import Network, NetworkMode

USUAL = 1500
"""Bytes: what engines take when nobody says anything."""
LEADS_OUT = (NetworkMode.NAT, NetworkMode.ROUTE, NetworkMode.OPEN)


def smaller(source: Source | None = None) -> int | None:
    """Bytes of the host's way out, where those are fewer than usual; None: they are not, or it is not known."""
    host = HostNetwork(source or Source())
    try:
        size = host.mtu(host.uplink).number if host.uplink else USUAL
    except Unknown:
        return None
    return size if size < USUAL else None


def fitted(networks: Mapping[str, Network], size: int | None) -> dict[str, Network]:
    """Networks that lead out, and whose file states no size, with that of the way out.

    An engine's own default is for networks that it makes by itself, and docker before 24.0 has none for others.
    """
    return {
        name: msgspec.structs.replace(network, mtu=size)
        if size and network.mtu is None and network.mode in LEADS_OUT and not network.external
        else network
        for name, network in networks.items()
    }
