"""Ports of the host that lead into guests: found free, kept apart between machines, and who holds a taken one."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serai.providers.contract import Forward
from serai.spec.listening import overlap
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock

SSH_FIRST, SSH_LAST = 2200, 2999
"""Where a free port for SSH is looked for; Vagrant's habit begins at the same number."""
LAST = 65535
FIRST_UNPRIVILEGED = 1024

Key = tuple[str, str, int]
"""Protocol, address of the host, port."""
Taken = dict[Key, str]
"""What is listened on -> the machine that has it."""


@contextmanager
def allocating() -> Iterator[None]:
    """Only one process chooses ports at a time."""
    with lock(paths.home() / "ports.lock", what="the port table", note=f"serai, pid {os.getpid()}"):
        yield


def wanted(machine: Machine) -> list[tuple[Forward, bool]]:
    """The forwards that the spec asks for, SSH first, each with whether another port will do. Port 0: any."""
    ssh = machine.ssh
    found = [(Forward(guest=ssh.guest_port, host=ssh.host_port or 0, id="ssh"), ssh.host_port is None)]
    for nic in machine.networks:
        if port := nic.forwarded_port:
            forward = Forward(
                guest=port.guest,
                host=port.host,
                protocol=str(port.protocol),
                host_ip=port.host_ip,
                id=port.id or "",
                guest_ip=port.guest_ip or "",
            )
            found.append((forward, port.auto_correct))
    return found


def allocate(machine: Machine, previous: Collection[Forward], taken: Taken) -> tuple[Forward, ...]:
    """A host port for each wanted forward; last time's where any will do. To be called in `allocating`.

    Raises Code.BUSY naming who holds a taken port.
    """
    return _allocate(machine, previous, taken, held=())


def reallocate(machine: Machine, held: Collection[Forward], taken: Taken) -> tuple[Forward, ...]:
    """The same for a running machine, whose QEMU listens on the ports of `held`: those stay as they are."""
    return _allocate(machine, held, taken, held)


def _allocate(
    machine: Machine, previous: Collection[Forward], taken: Taken, held: Collection[Forward]
) -> tuple[Forward, ...]:
    before = {(each.protocol, each.host_ip, each.guest, each.id): each.host for each in previous}
    chosen: list[Forward] = []
    for forward, any_port in wanted(machine):
        last = before.get((forward.protocol, forward.host_ip, forward.guest, forward.id), 0)
        same = with_host(forward, last if any_port else forward.host)
        if same in held:
            chosen.append(same)
            continue
        mine = {key_of(each) for each in (*chosen, *held)}
        chosen.append(_choose(machine.name, forward, any_port, last, taken, mine))
    return tuple(chosen)


def _choose(who: str, forward: Forward, any_port: bool, last: int, taken: Taken, mine: Collection[Key]) -> Forward:
    others = busy(forward, (*taken, *mine))

    def usable(port: int) -> bool:
        return port not in others and is_free(forward.protocol, forward.host_ip, port)

    if any_port:
        first = forward.host or SSH_FIRST
        end = SSH_LAST if forward.id == "ssh" else LAST
        candidates = [forward.host or last, last, *range(first, end + 1)]
        for port in candidates:
            if port and usable(port):
                return with_host(forward, port)
        raise SeraiError(Code.BUSY, f"{who}: no port from {first} to {end} is free on {forward.host_ip}")
    if usable(forward.host):
        return forward
    raise SeraiError(
        Code.BUSY,
        f"{who}: port {forward.host}/{forward.protocol} of {forward.host_ip} is taken by "
        f"{holder_of(forward, taken, mine)}",
        hint="set auto_correct: true for the next free one, or choose another port",
    )


def key_of(forward: Forward) -> Key:
    return forward.protocol, forward.host_ip, forward.host


def busy(forward: Forward, taken: Iterable[Key]) -> set[int]:
    """The ports that it cannot have, because they are taken on its address."""
    return {
        port
        for protocol, address, port in taken
        if protocol == forward.protocol and overlap(address, forward.host_ip)
    }


def with_host(forward: Forward, port: int) -> Forward:
    """The same forward from another port of the host."""
    return Forward(
        guest=forward.guest,
        host=port,
        protocol=forward.protocol,
        host_ip=forward.host_ip,
        id=forward.id,
        guest_ip=forward.guest_ip,
    )


def is_free(protocol: str, host_ip: str, port: int) -> bool:
    """Whether the port can be bound now, as an engine will. Raises Code.REFUSED for ports that need root."""
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in host_ip else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as QEMU's user networking does
            if family is socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # :: leaves IPv4 to others
            probe.bind((host_ip, port))
    except PermissionError as error:
        raise SeraiError(
            Code.REFUSED,
            f"port {port}/{protocol} needs root",
            hint=f"use a port from {FIRST_UNPRIVILEGED} on, or lower net.ipv4.ip_unprivileged_port_start",
        ) from error
    except OSError:
        return False
    return True


def holder_of(forward: Forward, taken: Taken, mine: Collection[Key] = ()) -> str:
    """Who has the port: a machine of serai's, or a process, or nobody that this user may see."""
    for key, machine in taken.items():
        if forward.host in busy(forward, [key]):
            return machine
    if forward.host in busy(forward, mine):
        return "another forwarded port of the same machine"
    inodes = _inodes(forward.protocol, forward.host)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            open_files = set(_targets(process / "fd"))
            name = (process / "comm").read_text().strip()
        except OSError:
            continue  # ended meanwhile, or belongs to somebody else
        if any(f"socket:[{inode}]" in open_files for inode in inodes):
            return f"{name} (pid {process.name})"
    return "a process of another user" if inodes else "something that /proc does not show"


def _targets(directory: Path) -> Iterator[str]:
    """What the links in a directory lead to; those that vanish meanwhile are left out."""
    for entry in directory.iterdir():
        try:
            yield str(entry.readlink())
        except FileNotFoundError:
            continue


def _inodes(protocol: str, port: int) -> set[str]:
    """Inodes of the sockets bound to the port. Source: Documentation/networking/proc_net_tcp."""
    found = set()
    for table in (protocol, f"{protocol}6"):
        try:
            lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        except FileNotFoundError:
            continue
        for line in lines:
            fields = line.split()
            listening = protocol == "udp" or fields[3] == "0A"
            if listening and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found
