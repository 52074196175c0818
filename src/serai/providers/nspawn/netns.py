"""The network of a container: a namespace that serai makes before, with its cards and their addresses in it.

systemd-nspawn itself makes one card into a bridge, without a static address, an MTU or a name of one's choice. So
it is started in a namespace that has all of that, and leaves the container in it. The commands are files, so that
systemd can give them to ip(8) when it starts the container with the host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from serai.providers.container_cards import Card
from serai.util.digest import sha256
from serai.util.process import run, which

PLACE = Path("/run/netns")
"""Source: ip-netns(8)."""
NET = Path("/sys/class/net")
OUTSIDE, INSIDE = "network.outside", "network.inside"
"""Files of commands of `ip -batch`."""


def outer(machine: str, number: int) -> str:
    """The host's end of a card: 15 characters are what a name may have."""
    return f"sn{sha256(machine.encode()).hexdigest()[:9]}-{number}"


def _real(cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card.kind in ("veth", "macvlan")]


def outside(machine: str, cards: Iterable[Card]) -> Iterator[str]:
    """Lines that make the namespace, and its cards."""
    yield f"netns add {machine}"
    for number, card in enumerate(_real(cards)):
        mtu = f" mtu {card.mtu}" if card.mtu else ""
        if card.kind == "macvlan":
            yield (
                f"link add link {card.link} name {card.name}{mtu} address {card.mac} netns {machine} "
                f"type macvlan mode {card.mode}"
            )
            continue
        end = outer(machine, number)
        yield f"link add name {end}{mtu} type veth peer name {card.name}{mtu} address {card.mac} netns {machine}"
        yield f"link set dev {end} master {card.link}"
        yield f"link set dev {end} up"


def inside(cards: Iterable[Card]) -> Iterator[str]:
    """Lines that give the cards their addresses, in the namespace."""
    yield "link set dev lo up"
    for card in _real(cards):
        yield f"link set dev {card.name} up"
        if card.address:
            yield f"address add {card.address} broadcast + dev {card.name}"
        if card.gateway:
            yield f"route add default via {card.gateway} dev {card.name}"


def write(directory: Path, machine: str, cards: Iterable[Card]) -> None:
    """Both files."""
    known = list(cards)
    (directory / OUTSIDE).write_text("".join(f"{line}\n" for line in outside(machine, known)))
    (directory / INSIDE).write_text("".join(f"{line}\n" for line in inside(known)))


def make(directory: Path, machine: str) -> None:
    """As the files say; what an earlier life has left goes before."""
    remove(machine)
    ip = which("ip", "iproute2")
    run([ip, "-batch", directory / OUTSIDE])
    run([ip, "-netns", machine, "-batch", directory / INSIDE])


def remove(machine: str) -> None:
    """The cards, then the namespace: the kernel takes its time for what is in one that goes."""
    ends = [path.name for path in NET.glob(f"{outer(machine, 0).rpartition('-')[0]}-*")]
    if ends or (PLACE / machine).exists():
        lines = [f"link delete dev {end}" for end in ends]
        lines += [f"netns delete {machine}"] if (PLACE / machine).exists() else []
        text = "".join(f"{line}\n" for line in lines)
        run([which("ip", "iproute2"), "-force", "-batch", "-"], input=text, check=False)
