"""The project's networks in an engine: made when the first machine needs them, gone with the last (DOC-2).

Source: moby, api/swagger.yaml, NetworkCreate; docker, network drivers bridge, macvlan, ipvlan.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Interface, IPv4Network
from types import MappingProxyType
from typing import Any

from serai.providers.contract import Materials, Scope
from serai.providers.docker import connect, names
from serai.providers.docker.render.site import Link
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.network import (
    MacvtapMode,
    Network,
    NetworkDriver,
    NetworkMode,
    PublicNic,
    UplinkNic,
    UplinkType,
)
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock

MTU = "com.docker.network.driver.mtu"
"""The daemon's own `mtu` is for its default bridge alone. Source: moby, bridge driver."""
BRIDGE_NAME = "com.docker.network.bridge.name"
MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
MODE = {"docker": "macvlan_mode", "podman": "mode"}
"""What an engine calls the mode of a macvlan. Source: moby, macvlan driver; podman-network-create(1)."""
MACVLAN_MODES = {**{mode: str(mode) for mode in MacvtapMode}, MacvtapMode.PASSTHROUGH: "passthru"}
BRIDGE = "bridge"
"""The engine's own network."""
PUBLIC = "public-"
_MAKING = threading.Lock()


@contextmanager
def using() -> Iterator[None]:
    """From the making of a network until a container is on it, nobody may take it away as one without any."""
    with lock(paths.runtime() / "docker-networks.lock", what="the networks of containers", shared=True):
        yield


@contextmanager
def sweeping() -> Iterator[None]:
    """While what nobody needs any more is looked for and removed, no container is being made. Before `_MAKING`."""
    with lock(paths.runtime() / "docker-networks.lock", what="the networks of containers"):
        yield


@contextmanager
def _making() -> Iterator[None]:
    """One process at a time: engines make two networks of one name, when they are asked for both at once."""
    with lock(paths.runtime() / "docker-network-making.lock", what="the networks of containers"):
        yield


@contextmanager
def making() -> Iterator[None]:
    """While networks are made, or made anew, by this process alone, and one of its threads."""
    with _MAKING, _making():
        yield


def links(
    scope: Scope, machine: Machine, materials: Materials, peers: Mapping[str, str] = MappingProxyType({})
) -> tuple[Link, ...]:
    """The networks that the machine will be on, the one that leads out first. `peers`: machine -> container."""
    container = machine.container or Container()
    if container.network_mode:
        return ()
    found: list[Link] = []
    leads_out = False
    linked = _linked(scope, container.links, peers)
    for nic in machine.networks:
        if nic.private:
            network = materials.networks.get(nic.private.network, Network())
            name = network.external or names.network(scope, nic.private.network)
            address = nic.private.address or materials.addresses.get(nic.private.network, "")
            known = [machine.name, machine.hostname, *machine.aliases, *container.network_aliases]
            if network.domain:
                known.append(f"{machine.name}.{network.domain}")
            aliases = dict.fromkeys(word for word in [*known, *nic.private.aliases] if word)
            link = Link(
                name,
                address="" if network.external and not nic.private.address else address.partition("/")[0],
                aliases=tuple(aliases),
                mac=nic.private.mac or "",
                links=linked,
            )
            out = not is_internal(network)
            found.insert(0 if out and not leads_out else len(found), link)
            leads_out = leads_out or out
        elif nic.public:
            address = (nic.public.address or "").partition("/")[0]
            name = nic.public.network_name or public_name(nic.public)
            found.append(Link(name, address=address, mac=nic.public.mac or ""))
    uplink = next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())
    if uplink.type is not UplinkType.NONE and (not leads_out or uplink.network_name or uplink.mac):
        own = Link(uplink.network_name or BRIDGE, mac=uplink.mac or "", links=linked)
        found.insert(0, own)
    return tuple(found)


def _linked(scope: Scope, stated: Collection[str], peers: Mapping[str, str]) -> tuple[str, ...]:
    """`db:database` as the engine has it: containers of the project go by their machine's name."""
    found = []
    for link in stated:
        machine, _, alias = link.partition(":")
        found.append(f"{names.peer(scope, machine, peers)}:{alias or machine}")
    return tuple(found)


def is_internal(network: Network) -> bool:
    """Nothing leads out of it: as stated, else where its mode says so."""
    if network.internal is not None:
        return network.internal
    if network.external or network.driver in (NetworkDriver.MACVLAN, NetworkDriver.IPVLAN):
        return False
    return network.mode is NetworkMode.ISOLATED


def public_name(nic: PublicNic) -> str:
    """The network that all machines share whose cards are on one device of the host, in one mode."""
    mode = "" if nic.mode is MacvtapMode.BRIDGE else f"-{nic.mode}"
    return f"serai-{PUBLIC}{nic.dev}{mode}".replace(":", "-")


def body(name: str, network: Network, labels: Mapping[str, str]) -> dict[str, Any]:
    """What the engine makes a network of. Pure."""
    driver = network.driver or NetworkDriver.BRIDGE
    options = dict(network.options)
    if network.mtu is not None:
        options.setdefault(MTU, str(network.mtu))
    if driver is NetworkDriver.BRIDGE:
        if network.bridge:
            options.setdefault(BRIDGE_NAME, network.bridge)
        if network.mode is NetworkMode.ROUTE:
            options.setdefault(MASQUERADE, "false")
    elif network.parent:
        options.setdefault("parent", network.parent)
    found: dict[str, Any] = {
        "Name": name,
        "Driver": str(driver),
        "Internal": is_internal(network),
        "Options": options,
        "Labels": dict(labels),
    }
    if pool := _pool(network):
        found["IPAM"] = {"Config": [pool]}
    return found


def _pool(network: Network) -> dict[str, str]:
    found = {"Subnet": network.subnet, "IPRange": network.ip_range, "Gateway": network.gateway}
    return {key: value for key, value in found.items() if value}


def ensure(client: Any, scope: Scope, machine: Machine, materials: Materials) -> None:
    """Make what is not there of the machine's networks. Raises Code.BUSY where a subnet is somebody else's."""
    wanted = {
        nic.private.network: materials.networks.get(nic.private.network, Network())
        for nic in machine.networks
        if nic.private
    }
    public = {public_name(nic.public): nic.public for nic in machine.networks if nic.public and nic.public.dev}
    if not wanted and not public:
        return
    names_wanted = {network.external or names.network(scope, key) for key, network in wanted.items()} | {*public}
    with _MAKING:
        there = {each["Name"] for each in client.networks()}
        if names_wanted <= there:
            return
        with _making():
            _make_missing(client, scope, machine.provider, wanted, public)


def _make_missing(
    client: Any, scope: Scope, provider: str, wanted: Mapping[str, Network], public: Mapping[str, PublicNic]
) -> None:
    there = {each["Name"] for each in client.networks()}
    for key, network in wanted.items():
        name = network.external or names.network(scope, key)
        if name in there:
            continue
        if network.external:
            known = ", ".join(sorted(there))
            raise SeraiError(
                Code.MISSING,
                f"networks.{key}.external: the engine has no network {network.external}",
                hint=f"there are {known}",
            )
        make(client, body(name, network, names.own(scope, **{names.NETWORK: key})))
    for name, nic in public.items():
        if name not in there:
            make(client, body(name, of_public(nic, provider), {names.NETWORK: name}))


def of_public(nic: PublicNic, provider: str) -> Network:
    """A macvlan on the host's device, in the subnet of the address that is stated."""
    return Network(
        driver=NetworkDriver.MACVLAN,
        parent=nic.dev,
        subnet=str(IPv4Interface(nic.address).network) if nic.address else None,
        gateway=nic.gateway,
        options={MODE[provider]: MACVLAN_MODES[nic.mode]} if nic.mode is not MacvtapMode.BRIDGE else {},
    )


def make(client: Any, wanted: dict[str, Any]) -> None:
    """One that another process has just made is taken as it is."""
    docker = connect.library()
    try:
        client.create_network(
            wanted["Name"],
            driver=wanted["Driver"],
            options=wanted["Options"],
            ipam=wanted.get("IPAM"),
            check_duplicate=True,
            internal=wanted["Internal"],
            labels=wanted["Labels"],
        )
    except docker.errors.APIError as error:
        if "already exists" not in str(error.explanation):
            raise


def sweep(client: Any, scope: Scope, containers: Collection[Mapping[str, Any]], public: bool = True) -> None:
    """Remove the project's networks that no container is on any more. `containers`: those that are left.

    To be called in `sweeping`, where `containers` were listed, too: one that is made but not started keeps no
    engine from removing its network.
    """
    docker = connect.library()
    used = {name for each in containers for name in ((each.get("NetworkSettings") or {}).get("Networks") or {})}
    with _MAKING:
        for network in client.networks(filters={"label": [names.NETWORK]}):
            labels = network.get("Labels") or {}
            mine = labels.get(names.PROJECT_ID) == scope.project_id
            shared = names.PROJECT_ID not in labels and public
            if network["Name"] in used or not (mine or shared):
                continue
            if shared and client.containers(all=True, filters={"network": [network["Id"]]}):
                continue  # another project's
            try:
                client.remove_network(network["Id"])
            except docker.errors.APIError as error:
                if error.status_code not in (403, 404, 409):  # in use by somebody else, or gone
                    raise


def subnets(client: Any, scope: Scope) -> set[str]:
    """Those that the engine has for others: none of them is chosen for a network of the project."""
    found: set[str] = set()
    for network in client.networks():
        if (network.get("Labels") or {}).get(names.PROJECT_ID) == scope.project_id:
            continue
        for pool in (network.get("IPAM") or {}).get("Config") or []:
            if (subnet := pool.get("Subnet")) and ":" not in subnet:
                found.add(str(IPv4Network(subnet, strict=False)))
    return found
