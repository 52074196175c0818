"""`ports` → forwarded ports. Compose opens them on every address of the host unless the file says which."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.short import MOST_PORTS, Port
from serai.loaders.compose.short import ports as parsed
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null, short

FREE = 32768
"""The first port that is tried where the file names none. Source: ip_local_port_range of ip(7)."""
ANY = "any free port of the host, from this one on"
PROTOCOLS = ("tcp", "udp")
LONG = ("target", "published", "host_ip", "protocol", "name")
NOTED = {"mode": "there is no swarm, whose ports this is about", "app_protocol": "no engine looks at it"}


def map_ports(draft: Draft, key: str, node: Node) -> None:
    """Each entry, which may stand for many ports."""
    for item in draft.values.nodes(node):
        name = ""
        if isinstance(item, Map):
            found, name = _long(draft, item)
        else:
            found = _short(draft, item)
        for port in found:
            _add(draft, port, name, item)


def _short(draft: Draft, item: Node) -> list[Port]:
    found = parsed(item.text) if isinstance(item, Scalar) and not is_null(item) else None
    if found is None:
        shown = short(item.text) if isinstance(item, Scalar) else "this"
        draft.problems.at(
            item, f"{shown!r} is not a port", "write HOST:CONTAINER, for example 8080:80 or 127.0.0.1:53:53/udp"
        )
    return found or []


def _long(draft: Draft, item: Map) -> tuple[list[Port], str]:
    values = draft.values
    options = values.map(item, LONG, noted=NOTED)
    for key, because in NOTED.items():
        if key in options:
            draft.dropped(f"ports.{key}", options[key], because)
    if "target" not in options:
        draft.problems.at(item, "needs `target`, the container's port")
        return [], ""
    words = {name: values.text(node) or "" for name, node in options.items() if name in LONG}
    published = words.get("published", "")
    host = words.get("host_ip", "")
    text = f"{published}:{words['target']}" if published else words["target"]
    found = parsed(f"{text}/{words.get('protocol') or 'tcp'}")
    if found is None or len(found) != 1:
        draft.problems.at(
            item, f"{short(text)!r} is not a port: `target` is one number, `published` one or a range"
        )
        return [], ""
    return [Port(found[0].target, found[0].published, host, found[0].protocol)], words.get("name", "")


def _add(draft: Draft, port: Port, name: str, item: Node) -> None:
    if port.protocol not in PROTOCOLS:
        draft.problems.at(item, f"serai forwards tcp and udp, not {port.protocol}")
        return
    first, _, last = port.published.partition("-")
    because = "" if port.host_ip else "on every address of the host; `127.0.0.1:…` keeps it to the host itself"
    host: int = int(first) if first else FREE
    if not 0 < host < MOST_PORTS:
        draft.problems.at(item, f"{host} is no port")
        return
    forward: dict[str, Any] = {"host": host, "guest": port.target}
    if port.protocol != "tcp":
        forward["protocol"] = port.protocol
    forward["host_ip"] = port.host_ip or "0.0.0.0"
    if not first or last:
        forward["auto_correct"] = True
        because = f"{ANY}; {because}" if because else ANY
    if name:
        forward["id"] = name
    draft.append(("networks",), {"forwarded_port": forward}, "ports", item, because)
