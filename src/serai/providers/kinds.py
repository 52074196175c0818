"""Two kinds of machines: what only a container has, refused by hypervisors, and what only a virtual machine has,
refused by container engines. Each with the reason and the way out. Pure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from serai.spec.base import stated
from serai.spec.machine import Machine, contained
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError

A_CONTAINER = "provider: docker, podman, lxc or nspawn"
A_MACHINE = "provider: qemu or libvirt"
KERNEL = "a container runs on the host's kernel, and boots nothing"
BOARD = "a container has no board and no devices of its own"
OWN_ROOT = "a container's root filesystem is its image's, and grows with the host's disk"
VOLUMES = "container.volumes holds data"
CARD = "its interface is a veth pair, which the host's kernel serves"

VM_ONLY: dict[str, tuple[str, str]] = {
    "firmware": (KERNEL, A_MACHINE),
    "secure_boot": (KERNEL, A_MACHINE),
    "boot": (KERNEL, A_MACHINE),
    "clock": ("a container has the host's clock", A_MACHINE),
    "hyperv": (KERNEL, A_MACHINE),
    "gpu": ("a container is shown no PCI device, but GPUs", "container.gpus"),
    "iothreads": ("the host's kernel does its input and output", "leave it out"),
    "numa": ("memory and CPUs are the host's", "container.cpuset"),
    "disks": (OWN_ROOT, VOLUMES),
    "devices": (BOARD, "container.devices gives it devices of the host"),
    "cpu.max": ("a limit can be raised while it runs, at any time", "leave it out"),
    "cpu.model": ("it sees the host's processors", A_MACHINE),
    "cpu.features": ("it sees the host's processors", A_MACHINE),
    "cpu.migratable": ("it sees the host's processors", A_MACHINE),
    "cpu.sockets": ("it sees the host's processors", "cpu.count, or container.cpuset"),
    "cpu.dies": ("it sees the host's processors", "cpu.count, or container.cpuset"),
    "cpu.clusters": ("it sees the host's processors", "cpu.count, or container.cpuset"),
    "cpu.cores": ("it sees the host's processors", "cpu.count, or container.cpuset"),
    "cpu.threads": ("it sees the host's processors", "cpu.count, or container.cpuset"),
    "cpu.cache": ("it sees the host's processors", A_MACHINE),
    "cpu.pmu": ("it sees the host's processors", A_MACHINE),
    "cpu.nested": ("it sees the host's processors", "container.devices: /dev/kvm"),
    "cpu.pin": ("it has no virtual CPUs whose threads could be pinned", "container.cpuset"),
    "cpu.dedicated": ("it has no virtual CPUs", "container.cpuset"),
    "memory.max": ("a limit can be raised while it runs, at any time", "leave it out"),
    "memory.slots": (BOARD, "leave it out"),
    "memory.balloon": ("what it does not use is the host's", "leave it out"),
    "memory.free_page_reporting": ("what it does not use is the host's", "leave it out"),
    "memory.deflate_on_oom": ("what it does not use is the host's", "leave it out"),
    "memory.hugepages": ("its processes ask the host's kernel for pages", A_MACHINE),
    "memory.source": ("its processes ask the host's kernel for pages", A_MACHINE),
    "memory.shared": ("its processes ask the host's kernel for pages", "container.ipc"),
    "memory.locked": ("its processes lock what they want", "container.ulimits.memlock"),
    "memory.hard_limit": ("memory.size is its limit already", "memory.size"),
    "memory.merge": ("its processes ask the host's kernel for pages", A_MACHINE),
    "memory.prealloc": ("its processes ask the host's kernel for pages", A_MACHINE),
    "memory.prealloc_threads": ("its processes ask the host's kernel for pages", A_MACHINE),
    "warm": ("it boots nothing, and starts at once", "leave it out"),
    "fork": ("the memory of its processes is not copied", A_MACHINE),
    "networks.model": (CARD, "leave it out"),
    "networks.queues": (CARD, "leave it out"),
    "networks.vhost": (CARD, "leave it out"),
    "networks.rx_queue_size": (CARD, "leave it out"),
    "networks.tx_queue_size": (CARD, "leave it out"),
    "networks.filter": ("nwfilters are libvirt's", "provider: libvirt"),
    "networks.mac_spoofing": ("that filter is libvirt's", "container.cap_drop: NET_RAW"),
    "networks.trust_guest_rx_filters": (CARD, "leave it out"),
    "networks.ipv6": ("serai's networks of containers have IPv4 addresses", "leave it out"),
    "networks.portgroup": ("port groups are libvirt's", "provider: libvirt"),
}
"""Key -> why a container has none, and what does it instead."""


def is_container(machine: Machine) -> bool:
    """Whether its provider runs it as a container: libvirt does at some URIs."""
    return contained(machine, os.environ)


def _refusal(machine: Machine, key: str, why: str, way_out: str) -> SeraiError:
    return SeraiError(Code.UNSUPPORTED, f"{machine.name}: {key}: {why}", hint=way_out)


def not_a_container(machine: Machine) -> Iterator[SeraiError]:
    """For hypervisors: what the machine states that only a container has."""
    if machine.container is not None:
        key = ".".join(["container", *[*stated(machine.container)][:1]])
        yield _refusal(machine, key, "a virtual machine has none", A_CONTAINER)
    for index, nic in enumerate(machine.networks):
        if nic.private and nic.private.aliases:
            key = f"networks[{index}].private.aliases"
            yield _refusal(machine, key, "a virtual machine has no names on one network alone", "aliases")


def not_a_machine(machine: Machine) -> Iterator[SeraiError]:
    """For container engines: what the machine states that only a virtual machine has, each key once."""
    for key in dict.fromkeys(_stated(stated(machine))):
        plain = _without_index(key)
        if plain in VM_ONLY:
            yield _refusal(machine, key, *VM_ONLY[plain])


def _stated(data: dict[str, Any]) -> Iterator[str]:
    """`disks`, `cpu.pin`, `networks[0].private.queues`: as deep as the table goes."""
    for key, value in data.items():
        if key in VM_ONLY:
            yield key
        elif key in ("cpu", "memory") and isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)
        elif key == "networks":
            for index, entry in enumerate(value):
                for kind, nic in entry.items():
                    yield from (f"networks[{index}].{kind}.{inner}" for inner in nic)


def _without_index(key: str) -> str:
    head, _, rest = key.partition("[")
    return f"{head}.{rest.rpartition('.')[2]}" if rest else key


def of_containers(network: Network) -> dict[str, object]:
    """The keys of a network that only container engines have, with what is stated of them."""
    return {
        "driver": network.driver,
        "parent": network.parent,
        "internal": network.internal,
        "gateway": network.gateway,
        "ip_range": network.ip_range,
        "options": network.options,
    }
