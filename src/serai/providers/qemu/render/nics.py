"""Network interfaces: the way in, private networks, the host's own network (NET-1, NET-3, NET-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serai.providers.contract import Forward
from serai.providers.qemu.features import Features
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
        if link.mac in plugged(site):
            continue  # it has its place among what was plugged
        yield "-netdev", netdev(machine, site, number, link)
        yield "-device", as_words(card(machine, number, link))


def plugged(site: Site) -> set[str]:
    """The MACs of the cards that were plugged while the machine ran."""
    return {part.value["mac"] for part in site.plugged if part.option == "-device" and "mac" in part.value}


def as_words(properties: Mapping[str, object]) -> str:
    """`virtio-net-pci,id=nic0,mq=on`: the value of -device; `driver` comes first."""
    first, *rest = [(key, _word(value)) for key, value in properties.items()]
    return ",".join([first[1], *(f"{key}={value}" for key, value in rest)])


def _word(value: object) -> str:
    return ("off", "on")[value] if isinstance(value, bool) else str(value)


GUEST, BEFORE_GUEST = "10.0.2.15", "10.0.2.14"
"""The first address that user networking gives away, and the one before it.

A woken guest has the first one, and will ask for it by another MAC than the one that it was given to: counted from
the address before, it is the second, which is free. Source: libslirp, bootp.c; the leases are part of its state.
"""


def netdev(machine: Machine, site: Site, number: int, link: Link) -> str:
    """The host's side. Descriptors take the place of names when QEMU is started (see `launch`)."""
    if link.kind is LinkKind.USER:
        name = machine.hostname or machine.name
        forwards = "".join(f",hostfwd={hostfwd(forward, woken=site.woken)}" for forward in site.forwards)
        first = f",dhcpstart={BEFORE_GUEST}" if site.woken else ""
        return f"user,id=net{number},hostname={name}{first}{forwards}"
    if link.kind is LinkKind.PASST:
        return f"stream,id=net{number},server=off,{passt_address()}"
    if link.kind in (LinkKind.TAP, LinkKind.MACVTAP):
        queues = tuning(machine, link).queues or 1
        words = [f"tap,id=net{number}", tap_address(link)]
        if queues > 1:
            words.append(f"queues={queues}")
        return ",".join([*words, *(["vhost=on"] if link.vhost else [])])
    again = "".join(f",{key}={value}" for key, value in reconnecting(site.features).items())
    return f"stream,id=net{number},server=off,addr.type=unix,addr.path={link.socket}{again}"


def reconnecting(able: Features) -> dict[str, int]:
    """How a `stream` netdev finds its hub again after that had died; an older QEMU cannot."""
    if "reconnect-ms" in able.stream_options:
        return {"reconnect-ms": 1000}
    return {"reconnect": 1} if "reconnect" in able.stream_options else {}


def stream(number: int, link: Link, able: Features) -> dict[str, object]:
    """The host's side of a private network, as QMP wants it."""
    address = {"type": "unix", "path": link.socket}
    return {"type": "stream", "id": f"net{number}", "server": False, "addr": address, **reconnecting(able)}


def tap_address(link: Link) -> str:
    """What a shell would say, and descriptors replace: QEMU is never let to make a tap itself."""
    return f"ifname={link.device},script=no,downscript=no"


def passt_address() -> str:
    return f"addr.type=unix,addr.path={PASST_SOCKET}"


def card(machine: Machine, number: int, link: Link) -> dict[str, object]:
    """The guest's side: a device and its properties, as QMP wants them."""
    spec = tuning(machine, link)
    found: dict[str, object] = {"driver": CARDS[spec.model], "id": f"nic{number}", "netdev": f"net{number}"}
    found["mac"] = link.mac
    place = boot_place(machine)
    if place is None or number:
        # No option ROM: nobody boots from the network here, and reading it takes time.
        found["romfile"] = ""
    else:
        found["bootindex"] = place
    if spec.model is NicModel.VIRTIO:
        if link.mtu:
            found["host_mtu"] = link.mtu
        if spec.queues and spec.queues > 1:
            found |= {"mq": True, "vectors": 2 * spec.queues + 2}
        if spec.rx_queue_size:
            found["rx_queue_size"] = spec.rx_queue_size
        if spec.tx_queue_size:
            found["tx_queue_size"] = spec.tx_queue_size
    return found


def boot_place(machine: Machine) -> int | None:
    """The place of the network in the order of booting: its first interface is tried."""
    return machine.boot.order.index(NETWORK) if NETWORK in machine.boot.order else None


def hostfwd(forward: Forward, *, woken: bool) -> str:
    """The rule as `-netdev user` and `hostfwd_add` want it."""
    guest = forward.guest_ip or (GUEST if woken else "")
    return f"{forward.protocol}:{forward.host_ip}:{forward.host}-{guest}:{forward.guest}"
