"""The TCP connection that ssh is handed: made here, so that what ssh says goes out at once.

ssh itself lets Nagle's algorithm hold back words until those before are acknowledged. Linux puts that off
for 40 ms, at each login to a forwarded port. `ProxyCommand=-` has ssh talk over its standard input
and output.
Source: OpenSSH 8.4, sshconnect.c, ssh_connect; Linux, TCP_DELACK_MIN; RFC 896.
"""

from __future__ import annotations

import os
import re
import socket

from serai.guest.refusal import Refusal, refusal
from serai.providers.contract import SshEndpoint
from serai.util.said import said

SINCE = (8, 4)
"""OpenSSH that keeps the connection when it goes to the background: an older one closes its standard input."""
OF_SSH = {
    "addressfamily",
    "bindaddress",
    "bindinterface",
    "canonicalizehostname",
    "connectionattempts",
    "connecttimeout",
    "hostname",
    "port",
    "proxycommand",
    "proxyjump",
    "proxyusefdpass",
    "tcpkeepalive",
}
"""Options of ssh_config(5) that say how to connect: where one is stated, ssh does it."""
HANDED = ("-o", "ProxyCommand=-")


def connected(ssh: str, endpoint: SshEndpoint, seconds: float) -> socket.socket | Refusal | None:
    """A connection to the machine's port; why there is none within `seconds`; None: ssh has to connect by itself.

    `ssh` is its path.
    """
    family = _family(endpoint.host)
    if family is None or not OF_SSH.isdisjoint(key.lower() for key in endpoint.options) or not takes_one(ssh):
        return None
    link = socket.socket(family, socket.SOCK_STREAM)
    try:
        link.settimeout(seconds)
        link.connect((endpoint.host, endpoint.port))
        link.settimeout(None)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError as error:
        link.close()
        why = os.strerror(error.errno) if error.errno else "Connection timed out"
        return refusal(f"connect to host {endpoint.host} port {endpoint.port}: {why}")
    except BaseException:
        link.close()
        raise
    return link


def takes_one(ssh: str) -> bool:
    """Whether this ssh can be handed a connection."""
    found = re.match(r"OpenSSH_(\d+)\.(\d+)", said(ssh, "-V"))
    return found is not None and (int(found[1]), int(found[2])) >= SINCE


def _family(host: str) -> socket.AddressFamily | None:
    """Of an address; None for a name, which ssh looks up."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return family
    return None
