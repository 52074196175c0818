"""Short spellings of ports, mounts and devices, taken apart. Pure text."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from serai.loaders.yaml.nodes import Map, Node, Scalar, of

_PORT = re.compile(
    r"(?:(?:\[(?P<ip6>[0-9a-fA-F:.]+)\]|(?P<ip>[0-9]+(?:\.[0-9]+){3}|[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,7})):)?"
    r"(?:(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?)?(?P<colon>:)?"
    r"(?:(?P<target>[0-9]{1,5})(?:-(?P<end>[0-9]{1,5}))?)?(?:/(?P<protocol>[a-zA-Z]+))?",
    re.ASCII,
)
HOST_PATHS = (".", "/", "~")
"""How a mount's source begins that is a path of the host."""
MOST_PORTS = 65536


class Port(msgspec.Struct, frozen=True):
    """One port; `published` is empty where any free one of the host will do, `8000-8010` for one of these."""

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"


class Mount(msgspec.Struct, frozen=True):
    source: str
    target: str
    options: tuple[str, ...] = ()

    @property
    def bound(self) -> bool:
        """Whether the source is a path of the host."""
        return self.source.startswith(HOST_PATHS)


def ports(text: str) -> list[Port] | None:
    """`[IP:][PUBLISHED:]TARGET[/PROTOCOL]`, each a number or a range; None where it is nothing of this kind."""
    match = _PORT.fullmatch(text.strip())
    if match is None:
        return None
    first, last, target, end = (
        int(match[key]) if match[key] else None for key in ("first", "last", "target", "end")
    )
    if target is None:  # a single port is the container's
        if match["colon"] or match["ip"] or match["ip6"]:
            return None
        first, last, target, end = None, None, first, last
    if target is None or not _in_order(target, end) or not _in_order(first, last):
        return None
    host_ip = match["ip6"] or match["ip"] or ""
    protocol = (match["protocol"] or "tcp").lower()
    targets = range(target, (end or target) + 1)
    many = (last or 0) - (first or 0)
    if first is None:
        return [Port(each, "", host_ip, protocol) for each in targets]
    if last is not None and end is None:
        return [Port(target, f"{first}-{last}", host_ip, protocol)]
    if len(targets) - 1 != (many if last is not None else 0):
        return None
    return [Port(each, str(first + at), host_ip, protocol) for at, each in enumerate(targets)]


def _in_order(first: int | None, last: int | None) -> bool:
    numbers = [number for number in (first, last) if number is not None]
    return numbers == sorted(numbers) and all(0 < number < MOST_PORTS for number in numbers)


def mount(text: str) -> Mount | None:
    """`[SOURCE:]TARGET[:OPTIONS]`; None where there is nothing between two colons, or too many of them."""
    parts = text.split(":")
    if not all(parts) or len(parts) > 3:
        return None
    if len(parts) == 1:
        return Mount("", parts[0])
    return Mount(parts[0], parts[1], tuple(parts[2].split(",")) if len(parts) == 3 else ())


def identity(name: str) -> Callable[[Node], str]:
    """What tells an item of a service's list from another; an empty word: nothing does."""
    if name == "ports":
        return _same_port
    if name in ("volumes", "devices"):
        return _same_target
    if name in ("secrets", "configs"):
        return lambda node: _same_file(node, "/run/secrets/" if name == "secrets" else "/")
    return lambda node: node.text if isinstance(node, Scalar) else ""


def _text(node: Node, key: str, otherwise: str = "") -> str:
    item = node.items.get(key) if isinstance(node, Map) else None
    return item.text if isinstance(item, Scalar) and item.value is not None else otherwise


def _same_port(node: Node) -> str:
    if isinstance(node, Scalar):
        found = ports(node.text)
        return "" if found is None else " ".join(_port_word(port) for port in found)
    target = _text(node, "target")
    if not target.isdigit():
        return ""
    port = Port(int(target[:6]), _text(node, "published"), _text(node, "host_ip"), _text(node, "protocol", "tcp"))
    return _port_word(port)


def _port_word(port: Port) -> str:
    return f"{port.host_ip or '0.0.0.0'}:{port.published}:{port.target}/{port.protocol}"


def _same_target(node: Node) -> str:
    if isinstance(node, Scalar):
        found = mount(node.text)
        return found.target if found else ""
    return _text(node, "target") or _text(node, "source")


def _same_file(node: Node, start: str) -> str:
    source = node.text if isinstance(node, Scalar) else _text(node, "source")
    target = _text(node, "target") or source
    return target if target.startswith("/") else f"{start}{target}"


def long_build(node: Node) -> dict[str, Node]:
    """`build: .` as its long form."""
    if isinstance(node, Scalar):
        return {"context": node} if node.value is not None else {}
    return dict(node.items) if isinstance(node, Map) else {"context": of(None, node)}
