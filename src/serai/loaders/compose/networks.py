"""`networks` and what else joins a container to others: the networks that it is on, `links`, `network_mode`."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.values import split
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, mapping, of, short
from serai.util.errors import did_you_mean

DEFAULT = "default"
"""The network of all services that name none. Source: Compose specification, networks."""
OPTIONS = ("aliases", "ipv4_address", "mac_address", "priority")
NOTED = {
    "ipv6_address": "networks of serai's have IPv4 addresses",
    "link_local_ips": "serai sets no link-local addresses",
    "driver_opts": "serai passes no options of an attachment on",
    "gw_priority": "the first network has the default route",
    "interface_name": "the engine names the interfaces",
}
OF_ANOTHER = ("service:", "container:")


def map_networks(draft: Draft) -> None:
    """The private interfaces, in the order of their priority, then of the file."""
    service = draft.service.items
    mode = service.get("network_mode")
    stated = service.get("networks")
    if mode is not None and not is_null(mode):
        _mode(draft, mode, stated)
        return
    entries = _entries(draft, stated)
    for name, options in sorted(entries.items(), key=lambda entry: -_priority(draft, entry[1])):
        _network(draft, name, options)
    mac = service.get("mac_address")
    if mac is not None and not is_null(mac) and (address := draft.values.text(mac)):
        draft.data["networks"][-len(entries)]["private"]["mac"] = address
        draft.told("mac_address", mac, "networks.private.mac")


def _entries(draft: Draft, stated: Node | None) -> dict[str, Node]:
    """Network -> its options; without any, the default one."""
    if stated is None or is_null(stated):
        return {DEFAULT: of(None, draft.service)}
    found: dict[str, Node] = {}
    if isinstance(stated, Map):
        found = dict(stated.items)
    elif isinstance(stated, Seq):
        found = {
            item.text: of(None, item) for item in stated.items if isinstance(item, Scalar) and not is_null(item)
        }
    if not found:
        draft.problems.at(
            stated, "must be a list of networks, or a map of them", "network_mode: none is without any"
        )
        return {DEFAULT: of(None, draft.service)}
    return found


def _priority(draft: Draft, options: Node) -> int:
    node = options.items.get("priority") if isinstance(options, Map) else None
    return (draft.values.whole(node) or 0) if node is not None and not is_null(node) else 0


def _network(draft: Draft, name: str, options: Node) -> None:
    known = draft.world.sections["networks"]
    if name not in known and name != DEFAULT:
        near = did_you_mean(name, list(known)) or "add it to the file's `networks:`"
        draft.problems.at(options, f"there is no network {short(name)!r}, {near}")
    values = draft.values
    inner = values.map(options, OPTIONS, noted=NOTED)
    nic: dict[str, Any] = {"network": name}
    for key, node in inner.items():
        if key == "ipv4_address":
            nic["address"] = values.text(node)
        elif key == "mac_address":
            nic["mac"] = values.text(node)
        elif key == "aliases":
            nic["aliases"] = values.words(node)
        elif key in NOTED:
            draft.dropped(f"networks.{key}", node, NOTED[key])
    draft.networks[name] = options
    draft.append(("networks",), {"private": nic}, "" if name == DEFAULT else f"networks.{name}", options)


def _mode(draft: Draft, mode: Node, networks: Node | None) -> None:
    if networks is not None and not is_null(networks):
        draft.problems.at(mode, "network_mode and networks cannot both be stated")
    if (text := draft.values.text(mode)) is not None:
        draft.put(("container", "network_mode"), of_machine(draft, text, mode), "network_mode", mode)
    mac = draft.service.items.get("mac_address")
    if mac is not None and not is_null(mac):
        draft.dropped("mac_address", mac, f"it is for networks of the project, and network_mode is {text}")


def of_machine(draft: Draft, text: str, node: Node) -> str:
    """`service:NAME` in serai's words; a service that it names must be there."""
    if not text.startswith("service:"):
        return text
    name = text.removeprefix("service:")
    services = draft.world.services
    if name not in services:
        near = did_you_mean(name, list(services))
        draft.problems.at(node, f"there is no service {short(name)!r}" + (f", {near}" if near else ""))
    return f"machine:{name}"


def map_links(draft: Draft, key: str, node: Node) -> None:
    """`SERVICE`, or `SERVICE:ALIAS`."""
    words = []
    for item in draft.values.nodes(node):
        name, alias = split(draft.values.text(item) or "", ":")
        if name not in draft.world.services:
            near = did_you_mean(name, list(draft.world.services))
            draft.problems.at(item, f"there is no service {short(name)!r}" + (f", {near}" if near else ""))
        words.append(f"{name}:{alias or name}")
    if words:
        draft.put(("container", "links"), words, key, node)


def map_extra_hosts(draft: Draft, key: str, node: Node) -> None:
    """`NAME:ADDRESS`, `NAME=ADDRESS`, or a map. `host-gateway` is the host."""
    found: dict[str, str] = {}
    for name, item in draft.values.pairs(node, "=:").items():
        if isinstance(item, Seq):
            for more in item.items[1:]:
                draft.dropped(f"extra_hosts.{name}", more, "serai gives a name one address, the first")
            item = item.items[0] if item.items else mapping({}, item)
        address = draft.values.text(item)
        if address is not None:
            found[name] = address.removeprefix("[").removesuffix("]")
    if found:
        draft.put(("container", "extra_hosts"), found, key, node)
