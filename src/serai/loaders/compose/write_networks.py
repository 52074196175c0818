"""Networks, ports and names of a machine in Compose's words."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.ports import FREE
from serai.loaders.compose.sections import BRIDGE, MTU
from serai.loaders.compose.short import MOST_PORTS
from serai.loaders.compose.write_container import Loss
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode, PrivateNic, UplinkType

PRIVATE = ("network", "address", "mac", "aliases")
OF_NETWORK = (
    "subnet",
    "gateway",
    "ip_range",
    "mtu",
    "mode",
    "bridge",
    "driver",
    "parent",
    "internal",
    "options",
    "external",
)


def ports(machine: Machine, loss: Loss) -> list[dict[str, Any]]:
    """The forwarded ports, in the long form."""
    found = []
    for nic in machine.networks:
        port = nic.forwarded_port
        if port is None:
            continue
        entry: dict[str, Any] = {"target": port.guest}
        if not port.auto_correct:
            entry["published"] = str(port.host)
        elif port.host != FREE:
            entry["published"] = f"{port.host}-{MOST_PORTS - 1}"
        if port.host_ip != "0.0.0.0":
            entry["host_ip"] = port.host_ip
        if port.protocol != "tcp":
            entry["protocol"] = str(port.protocol)
        if port.id is not None:
            entry["name"] = port.id
        if port.guest_ip is not None:
            loss.key("networks.forwarded_port.guest_ip")
        found.append(entry)
    return found


def attachments(machine: Machine, container: Container, loss: Loss) -> dict[str, Any]:
    """The networks that it is on; without any it is on the engine's own bridge."""
    nics = [nic.private for nic in machine.networks if nic.private]
    for nic in machine.networks:
        if nic.public is not None or (nic.uplink is not None and nic.uplink.type is not UplinkType.NONE):
            loss.key("networks." + ("public" if nic.public else "uplink"))
    if not nics:
        return {"network_mode": "bridge"}
    names = [*machine.aliases, *container.network_aliases]
    return {
        "networks": {nic.network: _attachment(nic, names, len(nics) - at, loss) for at, nic in enumerate(nics)}
    }


def _attachment(nic: PrivateNic, names: list[str], priority: int, loss: Loss) -> dict[str, Any] | None:
    for key in stated(nic):
        if key not in PRIVATE:
            loss.key(f"networks.private.{key}")
    found: dict[str, Any] = {}
    if nic.address is not None:
        found["ipv4_address"] = nic.address
    if nic.mac is not None:
        found["mac_address"] = nic.mac
    if aliases := [*dict.fromkeys([*nic.aliases, *names])]:
        found["aliases"] = aliases
    if priority > 1:
        found["priority"] = priority
    return found or None


def network(name: str, network: Network | None, loss: Loss) -> dict[str, Any] | None:
    """An entry of the top-level `networks`."""
    if network is None:
        return {"internal": True}
    loss.named(f"networks.{name}")
    given = stated(network)
    for key in given:
        if key not in OF_NETWORK:
            loss.key(key)
    if network.external is not None:
        return {"external": True, "name": network.external}
    found: dict[str, Any] = {}
    if network.driver is not None:
        found["driver"] = str(network.driver)
        if network.internal:
            found["internal"] = True
    elif network.mode in (NetworkMode.NAT, NetworkMode.ISOLATED):
        if network.internal or (network.internal is None and network.mode is NetworkMode.ISOLATED):
            found["internal"] = True
    else:
        loss.key("mode", f"it has no network of mode {network.mode}")
    options = dict(network.options)
    if network.mtu is not None:
        options[MTU] = str(network.mtu)
    if network.bridge is not None:
        options[BRIDGE] = network.bridge
    if network.parent is not None:
        options["parent"] = network.parent
    if options:
        found["driver_opts"] = options
    subnet = {key: given[key] for key in ("subnet", "gateway", "ip_range") if key in given}
    if subnet:
        found["ipam"] = {"config": [subnet]}
    return found or None
