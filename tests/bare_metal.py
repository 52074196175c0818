"""Machines for the real QEMU whose firmware finds nothing to boot: they cost no time."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Materials, State
from serai.providers.qemu.driver import Qemu
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import ForwardedPort, Nic
from serai.util.units import GIB, MIB

WEB = Machine(
    name="web",
    memory=Memory(size=128 * MIB, max=1 * GIB),
    cpu=Cpu(count=1, max=2),
    disks={"data": Disk(size=64 * MIB)},
)


def up(qemu: Qemu, machine: Machine = WEB) -> None:
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())


def state(qemu: Qemu, name: str = "web") -> State:
    return qemu.observe([name])[name].state


def forward(port: int, **more: object) -> Nic:
    return Nic(forwarded_port=msgspec.convert({"guest": 80, "host": port, **more}, ForwardedPort))
