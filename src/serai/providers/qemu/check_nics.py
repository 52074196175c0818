"""What is refused of a machine's interfaces: what only libvirt does, and what QEMU's networks cannot carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serai.providers.kinds import of_containers
from serai.providers.qemu import taps
from serai.providers.qemu.refusal import LIBVIRT, refuse
from serai.spec.machine import Communicator, Machine
from serai.spec.network import (
    ForwardedPort,
    MacvtapMode,
    Network,
    NetworkMode,
    NicModel,
    NicTuning,
    PublicNic,
    UplinkNic,
    UplinkType,
)
from serai.util.errors import Code, SeraiError

TX_MOST = 256
"""Longer send rings are vhost-user's. Source: QEMU hw/net/virtio-net.c, VIRTIO_NET_TX_QUEUE_DEFAULT_SIZE."""
IPV4_ONLY = "QEMU's user networking forwards IPv4 only"
"""Source: QEMU net/slirp.c, slirp_hostfwd."""


def check(machine: Machine) -> Iterator[SeraiError]:
    """All refusals of `networks`."""
    uplink = next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())
    for number, nic in enumerate(machine.networks):
        key = f"networks[{number}]"
        if nic.forwarded_port:
            yield from _forwarded(f"{key}.forwarded_port", nic.forwarded_port, uplink)
        if nic.uplink:
            yield from _uplink(f"{key}.uplink", machine, nic.uplink)
        if nic.private:
            yield from _tuning(f"{key}.private", nic.private, tap=False)
            if nic.private.portgroup:
                why = "a private network of QEMU's has no port groups"
                yield refuse(f"{key}.private.portgroup", why, LIBVIRT)
        if nic.public:
            yield from _public(f"{key}.public", nic.public)
            yield from _tuning(f"{key}.public", nic.public, tap=True)


def _forwarded(key: str, port: ForwardedPort, uplink: UplinkNic) -> Iterator[SeraiError]:
    if ":" in port.host_ip:
        yield refuse(f"{key}.host_ip", IPV4_ONLY, "an IPv4 address of the host")
    if port.guest_ip and ":" in port.guest_ip and uplink.type is not UplinkType.PASST:
        yield refuse(f"{key}.guest_ip", IPV4_ONLY, "an IPv4 address of the guest")
    if port.guest_ip and uplink.type is UplinkType.PASST:
        why = "passt forwards to the one address that its guest has"
        yield refuse(f"{key}.guest_ip", why, "leave it out, or uplink: user")
    if uplink.type is UplinkType.NONE:
        yield refuse(key, "ports are forwarded by the uplink, and it is none", "uplink: user", Code.INPUT)


def _uplink(key: str, machine: Machine, nic: UplinkNic) -> Iterator[SeraiError]:
    yield from _tuning(key, nic, tap=False)
    if nic.type is UplinkType.NETWORK or nic.network_name:
        name = "type" if nic.type is UplinkType.NETWORK else "network_name"
        yield refuse(f"{key}.{name}", "QEMU alone has no networks of libvirt's", f"uplink: user; {LIBVIRT}")
    reached = machine.communicator is Communicator.AGENT or any(
        other.public and other.public.address for other in machine.networks
    )
    if nic.type is UplinkType.NONE and not reached:
        why = "serai would have no way in: no other interface has an address that is known"
        yield refuse(
            f"{key}.type", why, "give a public interface a static address, or communicator: agent", Code.INPUT
        )


def _public(key: str, nic: PublicNic) -> Iterator[SeraiError]:
    named = {"bridge": nic.bridge, "dev": nic.dev, "tap": nic.tap}
    if nic.network_name or nic.portgroup:
        name = "network_name" if nic.network_name else "portgroup"
        yield refuse(f"{key}.{name}", "QEMU alone has no networks of libvirt's", f"bridge: or dev:; {LIBVIRT}")
        return
    chosen = [name for name, value in named.items() if value]
    if len(chosen) != 1:
        why = "none of bridge, dev and tap is stated" if not chosen else f"{' and '.join(chosen)} are both stated"
        yield refuse(key, why, "state the one that leads to the host's network (serai explain VAG-7)", Code.INPUT)
        return
    if nic.ovs and not nic.bridge:
        yield refuse(f"{key}.ovs", "it is of a bridge, and there is none", "state bridge:", Code.INPUT)
        return
    if nic.mode is not MacvtapMode.BRIDGE and not nic.dev:
        yield refuse(f"{key}.mode", "it is macvtap's, and there is no dev", "leave it out", Code.INPUT)
    if problem := taps.why_not(nic):
        yield refuse(f"{key}.{chosen[0]}", *problem, Code.REFUSED)


def _tuning(key: str, nic: NicTuning, *, tap: bool) -> Iterator[SeraiError]:
    """What every interface may state; `tap`: it is one, else user networking or a hub."""
    if nic.filter:
        yield refuse(f"{key}.filter", "filters are libvirt's", LIBVIRT)
    if not nic.mac_spoofing:
        yield refuse(f"{key}.mac_spoofing", "what a guest sends is not filtered by QEMU", LIBVIRT)
    if nic.trust_guest_rx_filters:
        yield refuse(
            f"{key}.trust_guest_rx_filters", "a daemon must follow what the guest asks of its card", LIBVIRT
        )
    if nic.vhost and not tap:
        yield refuse(f"{key}.vhost", "only a tap goes through the host's kernel", "leave it out")
    if (nic.queues or 1) > 1 and not tap:
        yield refuse(f"{key}.queues", "only a tap has several queues", "leave it out, or a public interface")
    if nic.model is not NicModel.VIRTIO:
        for name in ("queues", "vhost", "rx_queue_size", "tx_queue_size", "mtu"):
            if getattr(nic, name):
                yield refuse(f"{key}.{name}", f"a card {nic.model} knows nothing of it", "model: virtio")
    for name in ("rx_queue_size", "tx_queue_size"):
        size = getattr(nic, name)
        if size and size & (size - 1):
            yield refuse(f"{key}.{name}", f"{size} is no power of two", "256, 512 or 1024", Code.INPUT)
    if (nic.tx_queue_size or 0) > TX_MOST:
        yield refuse(f"{key}.tx_queue_size", f"QEMU takes {TX_MOST} at most without vhost-user", "leave it out")


def refuse_networks(machine: Machine, networks: Mapping[str, Network]) -> None:
    """Raise the first of what `check_networks` finds: the networks come with the making of a machine."""
    for problem in check_networks(machine, networks):
        raise SeraiError(problem.code, f"{machine.name}: {problem.message}", hint=problem.hint)


def check_networks(machine: Machine, networks: Mapping[str, Network]) -> Iterator[SeraiError]:
    """What is refused of the project's networks that the machine is on: a hub between processes leads nowhere."""
    for name in dict.fromkeys(nic.private.network for nic in machine.networks if nic.private):
        network, key = networks.get(name, Network()), f"networks.{name}"
        if network.mode is not NetworkMode.ISOLATED:
            why = f"it is {network.mode}, and a network of QEMU's is isolated: the uplink leads to the world"
            yield refuse(f"{key}.mode", why, f"leave it out; {LIBVIRT}")
        for word, stated in {
            "bridge": network.bridge,
            "external": network.external,
            "domain": network.domain,
            "portgroups": network.portgroups,
            **of_containers(network),
        }.items():
            if stated:
                yield refuse(f"{key}.{word}", "a network of QEMU's has none", LIBVIRT)
