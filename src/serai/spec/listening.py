"""Ports of the host that machines would listen on, and which two of them cannot both have. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from serai.spec.machine import Machine

EVERYWHERE = "0.0.0.0"
EVERYWHERE6 = "::"


class Collision(msgspec.Struct, frozen=True):
    """A machine that states a port of the host which an earlier one states, too."""

    machine: Machine
    key: tuple[str | int, ...]
    """Where it states it."""
    port: int
    other: str
    message: str


def overlap(one: str, other: str) -> bool:
    """Whether one port cannot be had on both addresses: 0.0.0.0 takes it on every one, :: on those of IPv6."""
    every6 = EVERYWHERE6 in (one, other) and ":" in one and ":" in other
    return one == other or EVERYWHERE in (one, other) or every6


def collisions(machines: Iterable[Machine]) -> Iterator[Collision]:
    """Two forwards of one port cannot both listen where one has the other's address (`overlap`)."""
    taken: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for machine in machines:
        for host_ip, protocol, port, key in listens(machine):
            others = taken.setdefault((protocol, port), [])
            for other_ip, other in others:
                if overlap(host_ip, other_ip):
                    message = f"port {port}/{protocol} of the host is forwarded to {other} already"
                    yield Collision(machine, key, port, other, message)
                    break
            else:
                others.append((host_ip, machine.name))


def listens(machine: Machine) -> Iterator[tuple[str, str, int, tuple[str | int, ...]]]:
    """(address, protocol, port, key) of each port that must be that one: with auto_correct another will do."""
    if machine.ssh.host_port is not None:
        yield "127.0.0.1", "tcp", machine.ssh.host_port, ("ssh", "host_port")
    for index, nic in enumerate(machine.networks):
        port = nic.forwarded_port
        if port is not None and not port.auto_correct:
            yield port.host_ip, port.protocol.value, port.host, ("networks", index, "forwarded_port", "host")
