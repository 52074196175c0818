"""A network that the engine has otherwise than the file states it: what differs, and a new one instead (DOC-2).

An engine changes no network. Its containers leave it, and join the new one while they run; where somebody else's
are on it, it stays as it is, and that is said. Source: moby, api/swagger.yaml, Network, EndpointSettings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from serai.providers.contract import Effect, Verdict
from serai.providers.docker import connect, names, networks
from serai.providers.docker.lifecycle import Place, endpoint_of, rejoin
from serai.providers.network_change import NetworkChange
from serai.spec.base import stated
from serai.spec.network import Network, NetworkDriver, NetworkMode
from serai.util.errors import Code, SeraiError

ANEW = Verdict(Effect.LIVE, "it is made anew, its containers leave it and join again")
POOL = {"subnet": "Subnet", "gateway": "Gateway", "ip_range": "IPRange"}
PODMANS_MTU = "mtu"


def differences(network: Network, found: Mapping[str, Any], provider: str) -> Iterator[tuple[str, Any, Any]]:
    """(key, as it is, as the file states it), of what is stated. `found`: `GET /networks`. Pure."""
    given = set(stated(network))
    options: Mapping[str, str] = found.get("Options") or {}
    pool: Mapping[str, str] = next(iter((found.get("IPAM") or {}).get("Config") or ()), {})
    for key, word in POOL.items():
        if key in given and pool.get(word) != getattr(network, key):
            yield key, pool.get(word), getattr(network, key)
    mtu = options.get(networks.MTU) or options.get(PODMANS_MTU)
    if "mtu" in given and mtu != str(network.mtu):
        yield "mtu", int(mtu) if mtu and mtu.isdigit() else None, network.mtu
    if "driver" in given and found.get("Driver") != str(network.driver):
        yield "driver", found.get("Driver"), str(network.driver)
    yield from _way_out(network, given, found, options)
    if provider == "docker":  # podman does not tell them
        yield from _of_docker(network, given, options)


def _way_out(
    network: Network, given: Collection[str], found: Mapping[str, Any], options: Mapping[str, str]
) -> Iterator[tuple[str, Any, Any]]:
    internal = bool(found.get("Internal"))
    if "internal" in given and internal != network.internal:
        yield "internal", internal, network.internal
    elif "mode" in given and network.driver in (None, NetworkDriver.BRIDGE):
        routed = options.get(networks.MASQUERADE) == "false"
        was = NetworkMode.ISOLATED if internal else NetworkMode.ROUTE if routed else NetworkMode.NAT
        if was is not network.mode and network.internal is None:
            yield "mode", str(was), str(network.mode)


def _of_docker(
    network: Network, given: Collection[str], options: Mapping[str, str]
) -> Iterator[tuple[str, Any, Any]]:
    if "parent" in given and options.get("parent") != network.parent:
        yield "parent", options.get("parent"), network.parent
    if "bridge" in given and options.get(networks.BRIDGE_NAME) != network.bridge:
        yield "bridge", options.get(networks.BRIDGE_NAME), network.bridge
    for key, value in network.options.items():
        if options.get(key) != value:
            yield f"options.{key}", options.get(key), value


def changes(place: Place, wanted: Mapping[str, Network], together: Collection[str]) -> list[NetworkChange]:
    """All of the project's networks that exist; `together`: the machines that may leave theirs now."""
    known = {names.network(place.scope, key): key for key in wanted}
    made: list[NetworkChange] = []
    for found in place.client.networks(filters=names.mine(place.scope)):
        key = known.get(found["Name"])
        different = list(differences(wanted[key], found, place.provider)) if key else []
        if key and different:
            verdict = _verdict(place, found, together)
            made += [NetworkChange(key, what, old, new, verdict) for what, old, new in different]
    return made


def _members(place: Place, network: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Containers that are on it, those that do not run among them; those that never did know its name alone."""
    on = {"network": [network["Id"], network["Name"]]}
    found: list[dict[str, Any]] = place.client.containers(all=True, filters=on)
    return found


def _strangers(place: Place, members: Collection[Mapping[str, Any]]) -> list[str]:
    """What containers of somebody else are called."""
    return [
        str((each.get("Names") or ["/?"])[0]).lstrip("/")
        for each in members
        if (each.get("Labels") or {}).get(names.PROJECT_ID) != place.scope.project_id
    ]


def _verdict(place: Place, network: Mapping[str, Any], together: Collection[str]) -> Verdict:
    members = _members(place, network)
    if strangers := _strangers(place, members):
        out = f"{place.provider} network disconnect -f {network['Name']} {strangers[0]}"
        return Verdict(Effect.IMMUTABLE, f"{', '.join(strangers)} of somebody else is on it ({out})")
    left = sorted({(each.get("Labels") or {}).get(names.MACHINE, "") for each in members} - {*together, ""})
    if left:
        way_out = f"serai up {' '.join(left)}, with the others"
        return Verdict(Effect.IMMUTABLE, f"{', '.join(left)} is on it too ({way_out})")
    return ANEW


def replace(place: Place, key: str, network: Network) -> None:
    """Put the network that is wanted in the place of the one that differs; who was on it is on none then.

    The first machine to come does it for all. What cannot be made leaves the old one with all that were on it.
    """
    name = names.network(place.scope, key)
    with networks.sweeping(), networks.making():
        listed = place.client.networks(filters=names.mine(place.scope))
        found = next((each for each in listed if each["Name"] == name), None)
        if found is None or not list(differences(network, found, place.provider)):
            return
        members = _members(place, found)
        if strangers := _strangers(place, members):
            raise SeraiError(
                Code.BUSY,
                f"networks.{key}: {', '.join(strangers)} of somebody else is on it",
                hint="serai plan says how it goes",
            )
        was = {str(each["Id"]): _endpoint(place, str(each["Id"]), name) for each in members}
        for container in was:
            place.client.disconnect_container_from_network(container, name, force=True)
        place.client.remove_network(found["Id"])
        try:
            networks.make(
                place.client, networks.body(name, network, names.own(place.scope, **{names.NETWORK: key}))
            )
        except connect.library().errors.APIError:
            networks.make(place.client, _as_it_was(found))
            for container, endpoint in was.items():
                rejoin(place, container, name, endpoint)
            raise


def _endpoint(place: Place, container: str, network: str) -> dict[str, Any]:
    """How a container is on a network."""
    seen = place.client.inspect_container(container)["NetworkSettings"]["Networks"].get(network) or {}
    return endpoint_of(place, seen, container)


def _as_it_was(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": found["Name"],
        "Driver": found["Driver"],
        "Internal": bool(found.get("Internal")),
        "Options": dict(found.get("Options") or {}),
        "Labels": dict(found.get("Labels") or {}),
        "IPAM": {"Config": (found.get("IPAM") or {}).get("Config") or []},
    }
