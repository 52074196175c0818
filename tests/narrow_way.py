"""A way out that takes less than its first link says: a router and somebody behind it, in namespaces.

    eth0 10.9.0.2 --1500-- 10.9.0.1 router 10.9.1.1 --narrow-- 10.9.1.2 far

Neither end knows of it: the far one has a card of 1500, or its TCP would say what fits.
"""

from __future__ import annotations

import subprocess
import sys

from private_host import PrivateHost
from serai.run.wait import poll

FAR, PORT = "10.9.1.2", 7000
SENT = 400_000
"""Bytes of a transfer: many packets, and no more than a moment where they pass."""
COUNTS = f"""
import socket, threading
def count(one):
    size = 0
    while size < {SENT} and (data := one.recv(1 << 16)):
        size += len(data)
    one.sendall(b"got %d\\n" % size)
    one.close()
server = socket.create_server(("0.0.0.0", {PORT}))
print("ready", flush=True)
while True:
    threading.Thread(target=count, args=(server.accept()[0],), daemon=True).start()
"""
SENDS = f'#!/bin/sh\ndd if=/dev/zero bs={SENT} count=1 2>/dev/null\nread -r line\necho "$line" >&2\n'
"""Writes all of it at once, so that its packets are as large as they may be."""
UPLOAD = f"printf '{SENDS.encode('unicode_escape').decode()}' >/sends; chmod +x /sends; "
UPLOAD += f"timeout 4 nc {FAR} {PORT} -e /sends; true"
"""Sends, and prints what the other side got; `timeout` bounds a transfer that hangs. The shell stays the first
process of its container, or nothing could end what it is waiting for."""
PASSED = f"got {SENT}"


class NarrowWay:
    """`host` has its uplink there; `tells`: the router says of packets that are too large that they are."""

    def __init__(self, host: PrivateHost, narrow: int = 1400, tells: bool = False) -> None:
        self.host = host
        run = host.run
        for name in ("router", "far"):
            run("ip", "netns", "add", name)
        for line in (
            "link add eth0 mtu 1500 type veth peer name near netns router",
            "addr add 10.9.0.2/24 dev eth0",
            "link set eth0 up",
            f"-n router link add beyond mtu {narrow} type veth peer name eth0 netns far",
            "-n router addr add 10.9.0.1/24 dev near",
            "-n router addr add 10.9.1.1/24 dev beyond",
            "-n router link set near up",
            "-n router link set beyond up",
            "-n far link set eth0 mtu 1500 up",
            "-n far addr add 10.9.1.2/24 dev eth0",
            "-n far route add default via 10.9.1.1",
            "route add default via 10.9.0.1",
        ):
            run("ip", *line.split())
        run("ip", "netns", "exec", "router", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        if not tells:
            drop = "-A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"
            run("ip", "netns", "exec", "router", "iptables", *drop.split())
        self._counts: subprocess.Popen[str] = host.start(
            "ip", "netns", "exec", "far", sys.executable, "-c", COUNTS
        )
        assert self._counts.stdout and self._counts.stdout.readline() == "ready\n"
        assert poll(lambda: self._is_reached() or None, budget=10), "the far end does not answer"

    def _is_reached(self) -> bool:
        return "got 3" in self.host.run("sh", "-c", f"echo hi | timeout 2 busybox nc {FAR} {PORT}", check=False)
