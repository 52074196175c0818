"""Forwarded ports of a container: chosen before it is made, because docker cannot change them later (VAG-8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from serai.providers import ports
from serai.providers.contract import Forward
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def wanted(machine: Machine) -> list[tuple[Forward, bool]]:
    """What the spec asks for, each with whether another port will do."""
    return [
        (
            Forward(
                guest=port.guest,
                host=port.host,
                protocol=str(port.protocol),
                host_ip=port.host_ip,
                id=port.id or "",
            ),
            port.auto_correct,
        )
        for nic in machine.networks
        if (port := nic.forwarded_port)
    ]


def allocate(machine: Machine, taken: Mapping[ports.Key, str], *, local: bool) -> tuple[Forward, ...]:
    """A port of the host for each. To be called in `ports.allocating`. Raises Code.BUSY with the holder.

    `taken`: what is listened on -> the machine that has it; `local`: the engine is on this host.
    """
    chosen: list[Forward] = []
    for forward, any_port in wanted(machine):
        mine = {ports.key_of(each) for each in chosen}
        others = ports.busy(forward, (*taken, *mine))
        port = forward.host
        while not _usable(forward, port, others, local):
            if not any_port:
                holder = ports.holder_of(forward, dict(taken), mine)
                raise SeraiError(
                    Code.BUSY,
                    f"{machine.name}: port {port}/{forward.protocol} of {forward.host_ip} is taken by {holder}",
                    hint="set auto_correct: true for the next free one, or choose another port",
                )
            port += 1
            if port > ports.LAST:
                raise SeraiError(Code.BUSY, f"{machine.name}: no port from {forward.host} on is free")
        chosen.append(ports.with_host(forward, port))
    return tuple(chosen)


def _usable(forward: Forward, port: int, others: Collection[int], local: bool) -> bool:
    if port in others:
        return False
    return not local or ports.is_free(forward.protocol, forward.host_ip, port)
