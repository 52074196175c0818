"""`serai bench net`: network cards, from guest to guest on private networks (NET-1), and vhost (NET-2).

One machine sends through a card of each kind, each on a network of its own; the other receives through virtio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from serai.bench.lab import NO_DRIVER, Guest, lab, refused, without
from serai.bench.plan import IMAGE, Settings, in_turn
from serai.bench.report import Case, case_of
from serai.util.errors import Code, SeraiError
from serai.util.units import KIB, MIB

Nics = dict[str, tuple[dict[str, Any], str]]
"""Variant -> (what its interface states, its driver in the guest)."""

CARDS: Nics = {
    "virtio": ({"model": "virtio"}, "virtio_net"),
    "e1000": ({"model": "e1000"}, "e1000"),
    "e1000e": ({"model": "e1000e"}, "e1000e"),
    "rtl8139": ({"model": "rtl8139"}, "8139cp"),
}
VHOST: Nics = {"off": ({"vhost": False}, "virtio_net"), "on": ({"vhost": True}, "virtio_net")}
CHUNK = 24 * MIB
PORT = 5001
GOT, HOLD = "/tmp/serai-bench-got", "/tmp/serai-bench-hold"
PINGS = 20


def run(settings: Settings) -> list[Case]:
    """All cases that are wanted."""
    cases = []
    if settings.wants("card") or settings.wants("latency"):
        cases += _cards(settings)
    if settings.wants("vhost"):
        cases.append(_vhost(settings))
    return cases


def _mac(number: int, side: int) -> str:
    return f"52:54:00:be:{number:02x}:{side:02x}"


def _address(number: int, side: int) -> str:
    return f"10.41.{number}.{10 + side}"


def _machine(nics: Nics, side: int) -> dict[str, Any]:
    """The sender (1) with an interface a variant, or the receiver (2), each on as many networks."""
    entries = [
        {
            "private": {
                **(keys if side == 1 else {}),
                "network": f"bench{number}",
                "mac": _mac(number, side),
                "address": _address(number, side),
            }
        }
        for number, (keys, _) in enumerate(nics.values())
    ]
    return {"image": IMAGE, "networks": entries}


def _cards(settings: Settings) -> list[Case]:
    kinds = [
        ("card", "one TCP stream from guest to guest, by the sender's card", _stream, "MiB/s", True),
        ("latency", "round trip of a ping from guest to guest, by the sender's card", _ping, "ms", False),
    ]
    wanted = [kind for kind in kinds if settings.wants(kind[0])]
    return _compare(settings, CARDS, "NET-1", wanted)


def _vhost(settings: Settings) -> Case:
    """Needs taps of the host, which libvirt's networks have and private networks of `qemu` have not."""
    question = "one TCP stream from guest to guest, by who carries the packets"
    why = ""
    if not Path("/dev/vhost-net").exists():
        why = "/dev/vhost-net is not there (modprobe vhost_net)"
    elif settings.provider == "qemu":
        why = "private networks of the provider qemu have no tap (--provider libvirt)"
    if why:
        return Case(name="vhost", question=question, guide="NET-2", not_measurable=why)
    return _compare(settings, VHOST, "NET-2", [("vhost", question, _stream, "MiB/s", True)])[0]


Work = Callable[[Guest, Guest, str, int], float]


def _compare(
    settings: Settings, nics: Nics, guide: str, kinds: Sequence[tuple[str, str, Work, str, bool]]
) -> list[Case]:
    lost = refused({name: _machine({name: nic}, 1) for name, nic in nics.items()}, settings.provider)
    nics = {name: nic for name, nic in nics.items() if name not in lost}
    if not nics:
        why = without(lost).removeprefix("; ")
        return [Case(name=kind[0], question=kind[1], guide=guide, not_measurable=why) for kind in kinds]
    machines = {"sender": _machine(nics, 1), "receiver": _machine(nics, 2)}
    settings.say(f"{kinds[0][0]}: two machines on {len(nics)} networks")
    cases = []
    with lab(machines, settings.provider, settings.say) as (_, guests):
        sender, receiver = guests["sender"], guests["receiver"]
        numbers = {variant: number for number, variant in enumerate(nics)}
        there = [variant for variant, (_, driver) in nics.items() if _ready(sender, numbers[variant], driver)]
        lost |= {variant: NO_DRIVER for variant in nics if variant not in there}
        for name, question, work, unit, more_is_better in kinds:

            def measure(variant: str, number: int, name: str = name, work: Work = work, unit: str = unit) -> float:
                value = work(sender, receiver, _address(numbers[variant], 2), settings.size or CHUNK)
                settings.say(f"{name}: {variant} {value:.4g} {unit}")
                return value

            samples = in_turn(there, settings.rounds, measure)
            found = case_of(
                name, question + without(lost), samples, unit=unit, more_is_better=more_is_better, guide=guide
            )
            cases.append(found)
    return cases


def _ping(sender: Guest, _receiver: Guest, address: str, _size: int) -> float:
    """Milliseconds."""
    return sender.ping(address, PINGS)


def _ready(guest: Guest, number: int, driver: str) -> bool:
    """Give the card its address if the guest has a driver for it."""
    if not guest.modules(driver):
        return False
    script = f"""
for n in /sys/class/net/*; do
    read -r mac < $n/address
    [ "$mac" = {_mac(number, 1)} ] || continue
    ip link set ${{n##*/}} up
    ip address replace {_address(number, 1)}/24 dev ${{n##*/}}
    echo there
done; true"""
    return "there" in guest.sh(script)


def _stream(sender: Guest, receiver: Guest, address: str, size: int) -> float:
    """MiB a second, until the receiver has all of it; it says how much it got."""
    # A pipe that is open at both ends, as standard input: at its end nc would hang up on the sender.
    receiver.sh(f"rm -f {GOT} {HOLD}; mkfifo {HOLD}; (nc -l -p {PORT} <>{HOLD} | wc -c >{GOT} &) >/dev/null 2>&1")
    listens = f"grep -q ':{PORT:04X} 0*:0000 0A' /proc/net/tcp /proc/net/tcp6"
    receiver.sh(f"for i in 1 2 3 4 5 6 7 8 9 10; do {listens} && break; usleep 100000; done; {listens}")
    count = size // (64 * KIB)
    seconds = sender.timed(f"dd if=/dev/zero bs=64k count={count} 2>/dev/null | nc {address} {PORT}")
    got = receiver.sh(f"for i in 1 2 3 4 5 6 7 8 9 10; do [ -s {GOT} ] && break; usleep 100000; done; cat {GOT}")
    if got.strip() != str(size):
        raise SeraiError(
            Code.FAILED, f"{receiver.name} got {got.strip() or 'nothing'} of {size} bytes from {address}"
        )
    return size / MIB / seconds
