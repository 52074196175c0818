"""Forwarded ports of LXC's containers: which are taken, and the relay of each."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path

from serai.providers import port_relay, ports
from serai.providers.contract import Forward, Scope
from serai.providers.lxc import command
from serai.providers.lxc.place import container_name, lxcpath
from serai.providers.lxc.record import load
from serai.providers.port_relay import Listening
from serai.providers.port_relay import close_all as close_all
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def listening(scope: Scope, machine: Machine, before: Collection[Forward]) -> AbstractContextManager[Listening]:
    """The ports that it will have, bound. Raises Code.BUSY naming who holds one."""
    return port_relay.listening(machine, before, lambda: taken_by_containers(container_name(scope, machine.name)))


def hand_over(scope: Scope, directory: Path, name: str, found: Listening) -> None:
    """Leave the sockets to a relay, which ends with the container."""
    port_relay.hand_over(directory, lambda: command.init_pid(lxcpath(), container_name(scope, name)), found)


def taken_by_containers(without: str) -> ports.Taken:
    """Ports of all containers of serai's that run, but one."""
    root = lxcpath()
    found: ports.Taken = {}
    for name in command.living(root) - {without}:
        try:
            record = load(f"{root}/{name}") if name.startswith("serai-") else None
        except SeraiError:
            continue  # `status` of its project says what is wrong with it; its ports are bound in any case
        if record:
            for forward in record.forwards:
                found[ports.key_of(forward)] = f"machine {record.name} of project {record.project}"
    return found
