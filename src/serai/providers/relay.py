"""The process behind a container's forwarded ports: takes what comes to them into its network namespace.

It is handed sockets that listen already, enters the namespace once, and ends with the container: nothing is left
to undo. That is why it is a process and not a rule of nftables: 127.0.0.1 works without route_localnet, a port
that is taken is an error at once, and no address that DHCP changes later is written down.
Run as `python -I relay.py PID FD,PROTOCOL,GUEST_IP,PORT…`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import selectors
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from typing import Any

CLONE_NEWNET = 0x40000000
SIOCGIFADDR = 0x8915
"""Source: linux/sched.h, linux/sockios.h."""
CHUNK = 1 << 16
CONNECT_BUDGET = 10.0
IDLE = 120.0
"""Seconds after which a UDP conversation is forgotten."""
CARD = "eth0"
Address = tuple[Any, ...]


def main(arguments: Sequence[str]) -> int:
    """Serve until the process PID ends."""
    pid = int(arguments[0])
    life = os.pidfd_open(pid)
    enter(pid)
    watch = selectors.DefaultSelector()
    watch.register(life, selectors.EVENT_READ, None)
    for word in arguments[1:]:
        number, protocol, address, port = word.split(",")
        kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
        listener = socket.socket(fileno=int(number))
        listener.setblocking(False)
        assert listener.type == kind
        handler = (
            Datagrams(listener, address, int(port)) if protocol == "udp" else Streams(listener, address, int(port))
        )
        watch.register(listener, selectors.EVENT_READ, handler)
    while True:
        for key, _ in watch.select():
            if key.data is None:
                return 0
            key.data.take()


def enter(pid: int) -> None:
    """Go on in the network namespace of a process. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(handle, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns to /proc/{pid}/ns/net")
    finally:
        os.close(handle)


def own_address() -> str:
    """What eth0 has now, else the loopback address: a server may listen on either, or on all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            answer = fcntl.ioctl(link, SIOCGIFADDR, struct.pack("256s", CARD.encode()))
        except OSError:
            return "127.0.0.1"
    return socket.inet_ntoa(answer[20:24])


class Streams:
    """TCP: one connection inside for each outside, two threads carry it."""

    def __init__(self, listener: socket.socket, address: str, port: int) -> None:
        self.listener, self.address, self.port = listener, address, port

    def take(self) -> None:
        try:
            outside, _ = self.listener.accept()
        except OSError:
            return  # it was gone before it was taken
        threading.Thread(target=self.carry, args=(outside,), daemon=True).start()

    def carry(self, outside: socket.socket) -> None:
        outside.setblocking(True)
        with outside:
            inside = self.connect()
            if inside is None:
                return
            with inside:
                back = threading.Thread(target=pump, args=(inside, outside), daemon=True)
                back.start()
                pump(outside, inside)
                back.join()

    def connect(self) -> socket.socket | None:
        for address in dict.fromkeys((self.address or own_address(), self.address or "127.0.0.1")):
            try:
                inside = socket.create_connection((address, self.port), CONNECT_BUDGET)
            except OSError:
                continue
            inside.settimeout(None)
            return inside
        return None


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes until the end, and hand the end on."""
    try:
        while data := source.recv(CHUNK):
            target.sendall(data)
    except OSError:
        pass  # one side is gone: so is the other, below
    for side, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        try:
            side.shutdown(how)
        except OSError:
            continue


class Datagrams:
    """UDP: one socket inside for each peer outside; a thread of its own brings the answers."""

    def __init__(self, listener: socket.socket, address: str, port: int) -> None:
        self.listener, self.address, self.port = listener, address, port
        self.peers: dict[Address, socket.socket] = {}
        self.lock = threading.Lock()

    def take(self) -> None:
        try:
            data, peer = self.listener.recvfrom(CHUNK)
        except OSError:
            return
        with self.lock:
            inside = self.peers.get(peer)
            if inside is None:
                inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                inside.settimeout(IDLE)
                inside.connect((self.address or own_address(), self.port))
                self.peers[peer] = inside
                threading.Thread(target=self.answer, args=(peer, inside), daemon=True).start()
        try:
            inside.send(data)
        except OSError:
            return  # nobody listens inside: UDP loses it

    def answer(self, peer: Address, inside: socket.socket) -> None:
        while True:
            try:
                self.listener.sendto(inside.recv(CHUNK), peer)
            except ConnectionRefusedError:
                continue
            except OSError:
                break
        with self.lock:
            self.peers.pop(peer, None)
        inside.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
