"""Cards that vagrant-libvirt joins by sockets, without a network: each wire is a network of its own (VAG-9)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.mapping.draft import number

KEYS = ("tunnel_type", "tunnel_ip", "tunnel_port", "tunnel_local_ip", "tunnel_local_port")
LOOPBACK, GROUP = "127.0.0.1", "239.255.1.1"
"""Where a tunnel leads to when the file does not say. Source: vagrant-libvirt's documentation, Networks."""


def wire(options: Mapping[str, Plain]) -> str:
    """The network that an interface's tunnel comes to, of one name at all of its ends; empty where there is none.

    Source: QEMU, -netdev socket; libvirt, formatdomain, TCP tunnel, UDP unicast tunnel and Multicast tunnel.
    """
    kind, port = str(options.get("tunnel_type") or ""), number(options.get("tunnel_port"))
    if port is None:
        return ""
    if kind in ("server", "client"):
        return f"wire-{port}"
    if kind == "mcast":
        return f"wire-mcast-{_end(options.get('tunnel_ip'), port, GROUP)}"
    local = number(options.get("tunnel_local_port"))
    if kind != "udp" or local is None:
        return ""
    ends = [_end(options.get("tunnel_local_ip"), local), _end(options.get("tunnel_ip"), port)]
    return "wire-" + "-".join(sorted(ends))


def _end(address: Plain, port: int, usual: str = LOOPBACK) -> str:
    """A port, with the address where it is not the usual one."""
    text = re.sub(r"[^0-9A-Za-z.]+", "-", str(address or usual)).strip("-.")
    return str(port) if text == usual else f"{text}-{port}"
