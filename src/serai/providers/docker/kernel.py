"""Whether this host's kernel makes the devices that a network of containers is on, asked before anything is made.

It is asked for one on the loopback device, on which it makes none: a kernel that knows the kind calls that
invalid, and one that does not says so. The module is loaded by the question, as it would be by the engine's.
Source: linux, net/core/rtnetlink.c (`Unknown device type`); drivers/net/ipvlan and macvlan (IFF_LOOPBACK).
"""

from __future__ import annotations

from serai.spec.network import Network, NetworkDriver
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

UNKNOWN = ("Unknown device type", "Operation not supported")
OF_KERNEL = (NetworkDriver.MACVLAN, NetworkDriver.IPVLAN)
OTHER = {NetworkDriver.MACVLAN: NetworkDriver.IPVLAN, NetworkDriver.IPVLAN: NetworkDriver.MACVLAN}


def lacks(kind: str) -> bool:
    """True: it has none of this kind. False: it has, or who asks may not know."""
    try:
        ip = which("ip", "iproute2")
    except SeraiError:
        return False
    told = run([ip, "link", "add", "name", "serai-probe", "link", "lo", "type", kind], check=False)
    return any(word in told.stderr for word in UNKNOWN)


def refusals(name: str, network: Network) -> list[SeraiError]:
    """Of the project's network, for an engine on this host."""
    kind = network.driver
    if network.external or kind not in OF_KERNEL or not lacks(kind):
        return []
    other = OTHER[kind]
    way_out = f"driver: {other}" if not lacks(other) else "driver: bridge"
    why = f"the kernel of this host has no {kind} (CONFIG_{kind.upper()}; modprobe {kind} finds none)"
    return [SeraiError(Code.UNSUPPORTED, f"networks.{name}.driver: {why}", hint=f"{way_out}, or another kernel")]
