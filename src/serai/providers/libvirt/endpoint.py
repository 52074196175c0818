"""The way into a machine: its address on the uplink, or a forwarded port; by a jump to another host."""

from __future__ import annotations

import sys
from ipaddress import AddressValueError, IPv4Address
from shlex import join
from typing import Any
from urllib.parse import parse_qs, urlsplit

from serai.providers.contract import Endpoint, ExecEndpoint, Scope, SshEndpoint
from serai.providers.libvirt import ledger, links, networks
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import is_remote, opened
from serai.providers.libvirt.define import UPLINK, lookup
from serai.providers.libvirt.record import Record
from serai.providers.login import key_of
from serai.spec.machine import Communicator, Machine
from serai.spec.network import UplinkType
from serai.util.errors import Code, SeraiError

LOOPBACK = "127.0.0.1"
JUMP_SECONDS = 60
"""How long ssh waits for the guest's banner: it cannot tell the way to the other host from a guest that boots."""


def endpoint(scope: Scope, name: str) -> Endpoint:
    """By SSH, or by the guest's agent. Raises Code.FAILED when it does not run, or has no address yet."""
    state = ledger.load(scope, name)
    if state is None or state.applied is None or state.applied.communicator is not Communicator.AGENT:
        return by_ssh(scope, name)
    domain = lookup(opened(state.uri), state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} is off: there is no way in", hint=f"serai up {name}")
    argv = (sys.executable, "-m", "serai.providers.libvirt.agent", state.uri, state.uuid, state.user)
    return ExecEndpoint(argv=argv, user=state.user, agent=True)


def by_ssh(scope: Scope, name: str) -> SshEndpoint:
    """Raises Code.FAILED when it does not run, or has no address yet."""
    state = ledger.load(scope, name)
    domain = lookup(opened(state.uri), state.uuid) if state is not None else None
    if state is None or state.applied is None or domain is None or not domain.isActive():
        word = "does not exist" if state is None else "is off"
        raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
    machine = state.applied
    if (state.stopped or state.life not in (0, domain.ID())) and domain.state()[0] == library().VIR_DOMAIN_RUNNING:
        from serai.providers.libvirt.launch import finish

        finish(scope, name, domain, machine)  # somebody else started it: a person, or the host when it booted
        state = ledger.made(scope, name)
    host, port = place(state, machine, domain)
    known, _, prefix = state.addresses.get(UPLINK, "").partition("/")
    if host != LOOPBACK and (known != host if known else not state.addresses):
        with ledger.editing(scope, name) as state:  # the ARP table forgets, the guest keeps it until it goes off
            state.addresses = {UPLINK: f"{host}/{prefix or 32}", **without(state.addresses, UPLINK)}
    return SshEndpoint(
        host=host,
        port=port,
        user=state.user,
        key=key_of(machine, scope),
        options={**jump(state.uri), **_known_hosts(scope, name, host, state.uri), **machine.ssh.options},
        forward_agent=machine.ssh.forward_agent,
        password=machine.ssh.password or "",
    )


def place(state: Record, machine: Machine, domain: Any) -> tuple[str, int]:
    """Host and port of its SSH server, as the daemon's host reaches it."""
    if links.uplink_kind(machine, state.uri) in (UplinkType.USER, UplinkType.PASST):
        port = next((forward.host for forward in state.forwards if forward.id == "ssh"), 0)
        return LOOPBACK, port
    stated = [card.public.address for card in machine.networks if card.public and card.public.address]
    known = state.addresses.get(UPLINK) or next(iter((*state.addresses.values(), *stated)), "")
    address = known.partition("/")[0] or asked(domain, state.macs)
    if UPLINK in state.addresses and domain is not None:
        address = told(domain, state, address)
    if not address:
        raise SeraiError(
            Code.FAILED,
            f"{state.name}: it has no address yet: nobody has seen it ask for one",
            hint="on a bridge libvirt learns it from the guest agent: install qemu-guest-agent, or state address:",
        )
    return address, machine.ssh.guest_port


def told(domain: Any, state: Record, reserved: str) -> str:
    """The address that the DHCP server really gave: not the reserved one where another guest held that still."""
    network = networks.find(domain.connect(), state.uplink) if state.uplink else None
    mine = {mac.lower() for mac in state.macs}
    found = [
        str(lease["ipaddr"])
        for lease in (networks.leases(network) if network is not None else ())
        if str(lease.get("mac")).lower() in mine
    ]
    return reserved if reserved in found or not found else found[-1]


def without(addresses: dict[str, str], name: str) -> dict[str, str]:
    return {network: address for network, address in addresses.items() if network != name}


def asked(domain: Any, macs: tuple[str, ...]) -> str:
    """The first IPv4 address of a guest that DHCP, its agent or the host's ARP table knows; empty: none does.

    A guest may be on the bridge of a libvirt network without libvirt's knowing it: all leases are looked at.
    """
    libvirt = library()
    leased = {
        str(lease.get("mac")).lower(): str(lease["ipaddr"])
        for network in domain.connect().listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE)
        for lease in networks.leases(network)
    }
    if found := next((leased[mac.lower()] for mac in macs if mac.lower() in leased), ""):
        return found
    for source in ("AGENT", "ARP"):
        try:
            cards = domain.interfaceAddresses(getattr(libvirt, f"VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_{source}"))
        except libvirt.libvirtError:
            continue  # no agent, or a driver that cannot
        by_mac = {str(card.get("hwaddr")).lower(): card for card in cards.values()}
        for mac in macs:
            for address in by_mac.get(mac.lower(), {}).get("addrs") or ():
                if address["type"] == libvirt.VIR_IP_ADDR_TYPE_IPV4 and _is_address(str(address["addr"])):
                    return str(address["addr"])
    return ""


def _is_address(text: str) -> bool:
    """libvirt hands on what the agent says, and that is the guest's word: ssh would take an option for one."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def jump(uri: str) -> dict[str, str]:
    """Through the URI's host, by the user's own ssh configuration and what the URI says, as libvirt goes there.

    Over TLS and TCP too: whoever may use that libvirt is expected to have a login there.
    Source: libvirt, uri.html, keyfile, no_verify and known_hosts.
    """
    if not is_remote(uri):
        return {}
    parts = urlsplit(uri)
    said = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    over_ssh = parts.scheme.endswith(("+ssh", "+libssh", "+libssh2"))
    words = ["ssh", "-o", "BatchMode=yes"]
    words += ["-p", str(parts.port)] if parts.port and over_ssh else []
    words += ["-l", parts.username] if parts.username else []
    words += ["-i", said["keyfile"]] if "keyfile" in said else []
    words += ["-o", f"UserKnownHostsFile={said['known_hosts']}"] if "known_hosts" in said else []
    if said.get("no_verify") == "1" or said.get("known_hosts_verify") == "ignore":
        words += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    proxy = join([*words, "-W", "[%h]:%p", str(parts.hostname)])
    return {"ProxyCommand": proxy, "ConnectTimeout": str(JUMP_SECONDS)}


def _known_hosts(scope: Scope, name: str, host: str, uri: str) -> dict[str, str]:
    """Host keys are kept with the machine, and leave with it: another one at the same address has others."""
    if host == LOOPBACK and not is_remote(uri):
        return {}
    file = str(ledger.directory_of(scope, name) / "known_hosts").replace("%", "%%")
    return {"UserKnownHostsFile": f'"{file}"'}
