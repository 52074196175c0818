"""Network interfaces: the way in, private networks, the host's own network (NET-1, NET-3, NET-4)."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.contract import Forward
from serai.providers.qemu.render.words import Option
from serai.providers.qemu.site import Link, LinkKind, Site
from serai.spec.machine import Machine
from serai.spec.network import NicModel, NicTuning

PASST_SOCKET = "passt.sock"
NETWORK = "network"
"""The word in `boot.order` for booting from the network."""

CARDS = {
    NicModel.VIRTIO: "virtio-net-pci",
    NicModel.E1000: "e1000",
    NicModel.E1000E: "e1000e",
    NicModel.RTL8139: "rtl8139",
}


def tuning(machine: Machine, link: Link) -> NicTuning:
    """What the spec says of the interface; the defaults for the uplink that nobody stated."""
    if link.index < 0:
        return NicTuning()
    entry = machine.networks[link.index]
    return entry.uplink or entry.private or entry.public or NicTuning()


def options(machine: Machine, site: Site) -> Iterator[Option]:
    for number, link in enumerate(site.links):
        yield "-netdev", netdev(machine, site, number, link)
        yield "-device", _card(machine, number, link)


def netdev(machine: Machine, site: Site, number: int, link: Link) -> str:
    """The host's side. Descriptors take the place of names when QEMU is started (see `launch`)."""
    if link.kind is LinkKind.USER:
        name = machine.hostname or machine.name
        forwards = "".join(f",hostfwd={hostfwd(forward)}" for forward in site.forwards)
        return f"user,id=net{number},hostname={name}{forwards}"
    if link.kind is LinkKind.PASST:
        return f"stream,id=net{number},server=off,{passt_address()}"
    if link.kind in (LinkKind.TAP, LinkKind.MACVTAP):
        queues = tuning(machine, link).queues or 1
        words = [f"tap,id=net{number}", tap_address(link)]
        if queues > 1:
            words.append(f"queues={queues}")
        return ",".join([*words, *(["vhost=on"] if link.vhost else [])])
    again = ""
    if "reconnect-ms" in site.features.stream_options:
        again = ",reconnect-ms=1000"
    elif "reconnect" in site.features.stream_options:
        again = ",reconnect=1"
    return f"stream,id=net{number},server=off,addr.type=unix,addr.path={link.socket}{again}"


def tap_address(link: Link) -> str:
    """What a shell would say, and descriptors replace: QEMU is never let to make a tap itself."""
    return f"ifname={link.device},script=no,downscript=no"


def passt_address() -> str:
    return f"addr.type=unix,addr.path={PASST_SOCKET}"


def _card(machine: Machine, number: int, link: Link) -> str:
    spec = tuning(machine, link)
    words = [CARDS[spec.model], f"id=nic{number}", f"netdev=net{number}", f"mac={link.mac}"]
    place = boot_place(machine)
    if place is None or number:
        # No option ROM: nobody boots from the network here, and reading it takes time.
        words.append("romfile=")
    else:
        words.append(f"bootindex={place}")
    if spec.model is NicModel.VIRTIO:
        if link.mtu:
            words.append(f"host_mtu={link.mtu}")
        if spec.queues and spec.queues > 1:
            words += ["mq=on", f"vectors={2 * spec.queues + 2}"]
        if spec.rx_queue_size:
            words.append(f"rx_queue_size={spec.rx_queue_size}")
        if spec.tx_queue_size:
            words.append(f"tx_queue_size={spec.tx_queue_size}")
    return ",".join(words)


def boot_place(machine: Machine) -> int | None:
    """The place of the network in the order of booting: its first interface is tried."""
    return machine.boot.order.index(NETWORK) if NETWORK in machine.boot.order else None


def hostfwd(forward: Forward) -> str:
    """The rule as `-netdev user` and `hostfwd_add` want it."""
    return f"{forward.protocol}:{forward.host_ip}:{forward.host}-{forward.guest_ip}:{forward.guest}"
