"""What libvirt refuses of interfaces and forwarded ports (NET-2..5, VAG-7, VAG-9)."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.render.nics import SIZED, TAP
from serai.providers.libvirt.site import Able, LinkKind
from serai.spec.machine import Communicator, Machine
from serai.spec.network import ForwardedPort, NicModel, NicTuning, Protocol, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError

SYSTEM = "providers.libvirt.uri: qemu:///system"


def check(machine: Machine, able: Able, privileged: bool) -> Iterator[SeraiError]:
    uplink = uplink_kind(machine, privileged)
    for number, nic in enumerate(machine.networks):
        key = f"networks[{number}]"
        if nic.forwarded_port:
            yield from _forward(f"{key}.forwarded_port", nic.forwarded_port, uplink)
            if uplink is LinkKind.NETWORK and machine.communicator is Communicator.AGENT:
                why = "on a network of libvirt's, ports are forwarded by ssh, and it is reached by its agent"
                yield refuse(f"{key}.forwarded_port", why, "uplink: user, or communicator: ssh")
        elif nic.private:
            if not privileged:
                yield refuse(f"{key}.private", "a session daemon cannot make networks", SYSTEM)
            yield from _tuning(f"{key}.private", nic.private, LinkKind.NETWORK)
        elif nic.public:
            yield from _public(f"{key}.public", nic.public, privileged)
            yield from _tuning(f"{key}.public", nic.public, public_kind(nic.public))
        elif nic.uplink:
            yield from _uplink(f"{key}.uplink", nic.uplink, able, privileged)
            if uplink:
                yield from _tuning(f"{key}.uplink", nic.uplink, uplink)


def uplink_kind(machine: Machine, privileged: bool) -> LinkKind | None:
    """What the first interface is; None: there is none. `auto` is a network of libvirt's where it runs as root."""
    stated = next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())
    if stated.type is UplinkType.NONE:
        return None
    if stated.type is UplinkType.AUTO:
        return LinkKind.NETWORK if privileged or stated.network_name else LinkKind.USER
    return LinkKind(str(stated.type))


def public_kind(nic: PublicNic) -> LinkKind:
    """How an interface joins the host's network. By macvtap where nothing is said: that can do the least."""
    if nic.bridge:
        return LinkKind.OVS if nic.ovs else LinkKind.BRIDGE
    if nic.tap:
        return LinkKind.ETHERNET
    if nic.network_name:
        return LinkKind.NETWORK
    return LinkKind.DIRECT


def _forward(key: str, forward: ForwardedPort, uplink: LinkKind | None) -> Iterator[SeraiError]:
    if uplink is None:
        yield refuse(key, "there is no uplink that it could come in by", "uplink: auto")
    if uplink is LinkKind.NETWORK and forward.protocol is Protocol.UDP:
        why = "on a network of libvirt's, ports are forwarded by ssh, which has no UDP"
        yield refuse(f"{key}.protocol", why, "uplink: user")
    if uplink is LinkKind.PASST and forward.guest_ip:
        yield refuse(f"{key}.guest_ip", "passt forwards to the guest's own address", "leave it out")
    why = "QEMU's user networking forwards IPv4 only"
    if uplink is LinkKind.USER and ":" in forward.host_ip:
        yield refuse(f"{key}.host_ip", why, "an IPv4 address of the host, or uplink: passt")
    if uplink is LinkKind.USER and ":" in (forward.guest_ip or ""):
        yield refuse(f"{key}.guest_ip", why, "an IPv4 address of the guest")


def _uplink(key: str, nic: UplinkNic, able: Able, privileged: bool) -> Iterator[SeraiError]:
    if nic.type is UplinkType.PASST and (old := older(able, 9_001_000)):
        yield refuse(f"{key}.type", f"{old} has no passt that works: 9.1 does", "uplink: user")
    if nic.network_name and nic.type not in (UplinkType.AUTO, UplinkType.NETWORK):
        yield refuse(f"{key}.network_name", f"an uplink of type {nic.type} has none", "leave it out", Code.INPUT)
    if nic.type is UplinkType.NETWORK and not privileged:
        yield refuse(f"{key}.type", "a session daemon cannot join networks", f"uplink: user, or {SYSTEM}")


def _public(key: str, nic: PublicNic, privileged: bool) -> Iterator[SeraiError]:
    """A bridge is within reach of a session by QEMU's bridge program, and a tap device may be the user's own."""
    if not privileged:
        for name, value in (("dev", nic.dev), ("network_name", nic.network_name), ("ovs", nic.ovs)):
            if value:
                yield refuse(f"{key}.{name}", "needs libvirt's system daemon", SYSTEM)
    if nic.portgroup and not nic.network_name:
        yield refuse(f"{key}.portgroup", "port groups belong to a network", "state network_name", Code.INPUT)


def _tuning(key: str, nic: NicTuning, kind: LinkKind) -> Iterator[SeraiError]:
    """What an interface of that kind does not have."""
    stated: dict[str, object] = {
        "queues": nic.queues,
        "vhost": nic.vhost,
        "rx_queue_size": nic.rx_queue_size,
        "tx_queue_size": nic.tx_queue_size,
    }
    for name, value in stated.items():
        if value and kind not in TAP:
            yield refuse(
                f"{key}.{name}", f"{kind} networking has none: it is for devices of the host", "leave it out"
            )
        elif value is not None and nic.model is not NicModel.VIRTIO:
            yield refuse(f"{key}.{name}", f"{nic.model} has none", "model: virtio")
    if nic.mtu and kind not in SIZED:
        yield refuse(f"{key}.mtu", f"libvirt sets none for {kind} interfaces", "a bridge or a network")
    for name, wanted in (("filter", bool(nic.filter)), ("mac_spoofing", not nic.mac_spoofing)):
        if wanted and kind not in SIZED:
            yield refuse(f"{key}.{name}", f"libvirt filters no {kind} interface", "a bridge or a network")
    if nic.filter and not nic.mac_spoofing:
        why = "an interface has one filter, and mac_spoofing: false is one (no-mac-spoofing)"
        yield refuse(f"{key}.filter", why, "name a filter that includes it, as clean-traffic", Code.INPUT)
    if nic.trust_guest_rx_filters and nic.model is not NicModel.VIRTIO:
        yield refuse(f"{key}.trust_guest_rx_filters", f"{nic.model} has no such filters", "model: virtio")
