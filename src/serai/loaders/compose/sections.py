"""The top-level `networks` of a Compose file → networks of the project."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import msgspec

from serai.loaders.compose.reading import where_of
from serai.loaders.compose.values import Values
from serai.loaders.mapped import Note, Path
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null, short
from serai.loaders.yaml.problems import Problems
from serai.util.errors import Where

KEYS = ("name", "driver", "driver_opts", "ipam", "external", "internal")
NOTED = {
    "attachable": "it is for a swarm",
    "enable_ipv4": "networks of serai's have IPv4 addresses",
    "enable_ipv6": "networks of serai's have IPv4 addresses",
    "labels": "networks have serai's labels alone",
}
DRIVERS = {
    "bridge": "",
    "default": "",
    "macvlan": "macvlan",
    "ipvlan": "ipvlan",
}
NO_DRIVER = {
    "overlay": "an overlay is of a swarm, and there is none",
    "host": "write network_mode: host at the service",
    "none": "write network_mode: none at the service",
}
MTU = "com.docker.network.driver.mtu"
BRIDGE = "com.docker.network.bridge.name"
"""Options of the bridge driver that serai has words for. Source: docker network create."""


class Networks(msgspec.Struct, frozen=True):
    """Networks by name, as a project file has them, with places and notes."""

    tree: dict[str, dict[str, Any]]
    places: dict[Path, Where]
    notes: list[Note]


def map_networks(entries: dict[str, Node], used: set[str], file: str, problems: Problems) -> Networks:
    """Those that a service is on; the others are noted, as Compose does not make them either."""
    found = Networks({}, {}, [])
    for name in dict.fromkeys([*entries, *sorted(used)]):
        node = entries.get(name)
        if name not in used and node is not None:
            because = "no service is on it"
            found.notes.append(Note(machine="networks", key=name, where=where_of(node, file), because=because))
            continue
        found.tree[name] = {"mode": "nat"} if node is None else _Network(name, node, file, problems, found).data
        if node is not None:
            found.places["networks", name] = where_of(node, file)
    return found


class _Network:
    def __init__(self, name: str, node: Node, file: str, problems: Problems, found: Networks) -> None:
        self.name, self.node, self.file, self.problems, self.found = name, node, file, problems, found
        self.values = Values(problems)
        self.data: dict[str, Any] = {}
        self._read(self.values.map(node, KEYS, noted=NOTED))

    def dropped(self, key: str, node: Node, because: str) -> None:
        where = where_of(node, self.file)
        self.found.notes.append(Note(machine="networks", key=f"{self.name}.{key}", where=where, because=because))

    def _read(self, options: dict[str, Node]) -> None:
        for key, because in NOTED.items():
            if key in options:
                self.dropped(key, options[key], because)
        stated = self.values.text(options["name"]) if "name" in options else None
        if self._external(options, stated):
            return
        if stated:
            self.dropped("name", options["name"], "what serai makes is named after its project, too")
        driver = self._driver(options)
        internal = "internal" in options and self.values.flag(options["internal"])
        if driver:
            self.data["driver"] = driver
        else:
            self.data["mode"] = "isolated" if internal else "nat"
        if internal:
            self.data["internal"] = True
        if "driver_opts" in options:
            self._options(options["driver_opts"], driver)
        if "ipam" in options:
            self._ipam(options["ipam"])

    def _external(self, options: dict[str, Node], stated: str | None) -> bool:
        """A network that the engine has. `external: {name: …}` is the old spelling."""
        node = options.get("external")
        if isinstance(node, Map):
            inner = self.values.map(node, ("name",))
            stated = self.values.text(inner["name"]) if "name" in inner else stated
        elif node is None or not self.values.flag(node):
            return False
        self.data["external"] = stated or self.name
        return True

    def _driver(self, options: dict[str, Node]) -> str:
        if "driver" not in options:
            return ""
        text = self.values.text(options["driver"]) or ""
        if text in NO_DRIVER:
            self.problems.at(options["driver"], NO_DRIVER[text])
        elif text not in DRIVERS:
            self.values.one_of(options["driver"], tuple(DRIVERS))
        return DRIVERS.get(text, "")

    def _options(self, node: Node, driver: str) -> None:
        rest: dict[str, str] = {}
        for key, text in self.values.texts(node).items():
            if key == MTU:
                if text.isdigit() and len(text) < 6:
                    self.data["mtu"] = int(text)
                else:
                    self.problems.at(node, f"{short(text)!r} is no MTU")
            elif key == BRIDGE and not driver:
                self.data["bridge"] = text
            elif key == "parent" and driver:
                self.data["parent"] = text
            else:
                rest[key] = text
        if rest:
            self.data["options"] = rest

    def _ipam(self, node: Node) -> None:
        options = self.values.map(node, ("driver", "config"), noted={"options": ""})
        if "options" in options:
            self.dropped("ipam.options", options["options"], "the engine's own address driver takes none")
        driver = options.get("driver")
        if isinstance(driver, Scalar) and driver.text not in ("default", ""):
            self.dropped("ipam.driver", driver, "serai's networks have the engine's own addresses")
        for item in self.values.nodes(options["config"]) if "config" in options else ():
            self._subnet(item)

    def _subnet(self, item: Node) -> None:
        inner = self.values.map(item, ("subnet", "gateway", "ip_range"), noted={"aux_addresses": ""})
        if "aux_addresses" in inner:
            self.dropped(
                "ipam.config.aux_addresses", inner["aux_addresses"], "serai reserves no addresses of others"
            )
        if "subnet" not in inner or is_null(inner["subnet"]):
            return
        text = self.values.text(inner["subnet"]) or ""
        try:
            version = ip_network(text, strict=False).version
        except ValueError:
            self.problems.at(inner["subnet"], f"{short(text)!r} is no subnet", "for example 172.28.0.0/16")
            return
        if version == 6 or "subnet" in self.data:
            why = (
                "networks of serai's have IPv4 addresses"
                if version == 6
                else "a network of serai's has one subnet"
            )
            self.dropped("ipam.config.subnet", inner["subnet"], why)
            return
        for key in ("subnet", "gateway", "ip_range"):
            if key in inner and (word := self.values.text(inner[key])):
                self.data[key] = word
