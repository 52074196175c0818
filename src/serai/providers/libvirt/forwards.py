"""Forwarded ports: by QEMU's user networking through its monitor, by passt in the XML, else by ssh into the guest.

<interface type='user'> has no element for a port that is forwarded: the domain is started paused, QEMU is told,
and then it goes on. Source: QEMU monitor, hostfwd_add; libvirt-qemu.h, virDomainQemuMonitorCommand.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from serai.guest import forward as over_ssh
from serai.providers import ports
from serai.providers.contract import Forward, Scope, SshEndpoint
from serai.providers.libvirt import ledger, links
from serai.providers.libvirt.binding import library_qemu
from serai.providers.libvirt.connect import asking, is_remote, is_test
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.errors import Code, SeraiError

NETDEV = "hostnet0"
"""QEMU's name of the first card's netdev, as libvirt gives them. Source: libvirt, src/qemu/qemu_command.c."""
SSH = "ssh"


def by_monitor(machine: Machine, uri: str) -> bool:
    """QEMU is told of them while it runs."""
    return links.uplink_kind(machine, uri) is UplinkType.USER and not is_test(uri)


def by_ssh(machine: Machine, uri: str) -> bool:
    """The machine has an address of its own: SSH needs no forward, and carries the others."""
    return links.uplink_kind(machine, uri) in (UplinkType.NETWORK, UplinkType.NONE)


def chosen(machine: Machine, uri: str, held: Collection[Forward], *, running: bool = False) -> tuple[Forward, ...]:
    """A port of the host for each that the spec asks for. `held`: of last time or, `running`, of now.

    Raises Code.BUSY naming who holds a taken port. On another host nobody can look: QEMU will say it.
    """
    with ports.allocating():
        if is_remote(uri) and not by_ssh(machine, uri):
            found = tuple(
                forward if forward.host else ports.with_host(forward, ports.SSH_FIRST)
                for forward, _ in ports.wanted(machine)
            )
        elif running:
            found = ports.reallocate(machine, held, {})
        else:
            found = ports.allocate(machine, held, {})
    if by_ssh(machine, uri):
        return tuple(forward for forward in found if forward.id != SSH)
    return found


def add(domain: Any, name: str, forwards: Collection[Forward]) -> None:
    """Tell QEMU. Raises Code.BUSY when somebody took a port meanwhile."""
    for forward in forwards:
        said = _monitor(domain, name, f"hostfwd_add {NETDEV} {rule(forward)}")
        if said:
            raise SeraiError(
                Code.BUSY,
                f"{name}: port {forward.host}/{forward.protocol} cannot be forwarded: {said}",
                hint="set auto_correct: true for the next free one, or choose another port",
            )


def remove(domain: Any, name: str, forwards: Collection[Forward]) -> None:
    for forward in forwards:
        _monitor(domain, name, f"hostfwd_remove {NETDEV} {rule(forward).rpartition('-')[0]}")


def rule(forward: Forward) -> str:
    """`tcp:127.0.0.1:8080-:80`. Source: QEMU, hostfwd of -netdev user."""
    return f"{forward.protocol}:{forward.host_ip}:{forward.host}-{forward.guest_ip}:{forward.guest}"


def _monitor(domain: Any, name: str, command: str) -> str:
    """One command of QEMU's own monitor; what it says, which is nothing when all is well."""
    qemu = library_qemu()
    with asking(f"{name}: QEMU cannot be told its forwarded ports"):
        said = qemu.qemuMonitorCommand(domain, command, qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP)
    return str(said).strip()


def renew(scope: Scope, name: str, domain: Any, machine: Machine, endpoint: SshEndpoint | None = None) -> None:
    """Make the forwards of a running machine what its spec asks for. By ssh: `endpoint` is the way in."""
    state = ledger.made(scope, name)
    held = state.forwards
    wanted = chosen(machine, state.uri, held, running=True)
    if by_monitor(machine, state.uri):
        remove(domain, name, [each for each in held if each not in wanted])
        add(domain, name, [each for each in wanted if each not in held])
    elif by_ssh(machine, state.uri):
        control = over_ssh.control_of(scope.home, name)
        if wanted == held and (not wanted or over_ssh.is_open(control)):
            return
        over_ssh.close_forwards(control)
        if wanted:
            if endpoint is None:
                return
            wanted = chosen(machine, state.uri, held)
            over_ssh.open_forwards(endpoint, name, wanted, control)
    else:
        return
    with ledger.editing(scope, name) as state:
        state.forwards = wanted


def end(scope: Scope, name: str) -> None:
    """The machine goes out of life: its forwarder ends (QEMU's own end with it)."""
    over_ssh.close_forwards(over_ssh.control_of(scope.home, name))


def real(
    scope: Scope, name: str, machine: Machine, uri: str, forwards: tuple[Forward, ...]
) -> tuple[Forward, ...]:
    """Those of the record that are there now: a forwarder by ssh ends when the guest restarts."""
    if (
        forwards
        and by_ssh(machine, uri)
        and not is_test(uri)
        and not over_ssh.control_of(scope.home, name).exists()
    ):
        return ()
    return forwards
