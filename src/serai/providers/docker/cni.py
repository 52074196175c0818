"""Ports of podman's containers under CNI: they lead to the network that the host reaches.

CNI forwards a port on each of a container's networks, in an order that differs from start to start, and the first
one counts. On a network without a way out the host has no address: what comes for the port would go by the host's
own route, out into the world. So the networks are set up before the container's process starts, and those without
a way out are joined once more, behind the others. netavark forwards no port to these.
Source: podman, libpod/container_api.go, Init; libpod/network/cni/run.go; CNI plugins, plugins/meta/portmap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from serai.providers.docker.connect import LIBPOD

CNI = "cni"


def lead_ports_in(
    client: Any, container: str, rejoin: Callable[[str], object], known: Collection[str] | None = None
) -> None:
    """To be called before podman starts it. `rejoin`: join it to a network as it was; `known`: those it can."""
    seen = client.inspect_container(container)
    joined = ((seen.get("NetworkSettings") or {}).get("Networks") or {}).keys()
    if len(joined) < 2 or not (seen.get("HostConfig") or {}).get("PortBindings"):
        return
    inner = {each["Name"] for each in client.networks() if each.get("Internal")} & joined
    if len(inner) == len(joined) or not inner or _backend(client) != CNI:
        return
    client._raise_for_status(client._post(f"{client.base_url}/{LIBPOD}/containers/{container}/init"))
    for name in sorted(inner if known is None else inner & set(known)):
        client.disconnect_container_from_network(container, name)
        rejoin(name)


def _backend(client: Any) -> str:
    """`cni` or `netavark`; podman before 4.0 had the one alone, and does not say."""
    answer = client._get(f"{client.base_url}/{LIBPOD}/info")
    client._raise_for_status(answer)
    return str((answer.json().get("host") or {}).get("networkBackend") or CNI)
