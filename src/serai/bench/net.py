"""`serai bench net`: network cards, from guest to guest on private networks (NET-1), and vhost (NET-2).

One machine sends through a card of each kind, each on a network of its own; the other receives through virtio.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from serai.bench.lab import Guest, lab
from serai.bench.plan import IMAGE, Settings, in_turn
from serai.bench.report import Case, case_of
from serai.util.errors import Code, SeraiError
from serai.util.units import KIB, MIB

CARDS = {"virtio": "virtio_net", "e1000": "e1000", "e1000e": "e1000e", "rtl8139": "8139cp"}
"""Model -> driver in the guest."""
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
        cases.append(_vhost())
    return cases


def _mac(number: int, side: int) -> str:
    return f"52:54:00:be:{number:02x}:{side:02x}"


def _machine(side: int) -> dict[str, Any]:
    nics = [
        {
            "private": {
                "network": f"bench{number}",
                "model": card if side == 1 else "virtio",
                "mac": _mac(number, side),
                "address": _address(number, side),
            }
        }
        for number, card in enumerate(CARDS)
    ]
    return {"image": IMAGE, "networks": nics}


def _address(number: int, side: int) -> str:
    return f"10.41.{number}.{10 + side}"


def _cards(settings: Settings) -> list[Case]:
    settings.say("card: two machines on four networks")
    with lab({"sender": _machine(1), "receiver": _machine(2)}, settings.provider, settings.say) as (_, guests):
        sender, receiver = guests["sender"], guests["receiver"]
        numbers = {card: number for number, card in enumerate(CARDS)}
        there = [card for card, driver in CARDS.items() if _ready(sender, numbers[card], driver)]
        lost = [card for card in CARDS if card not in there]
        more = f"; without {', '.join(lost)}, which the guest has no driver for" if lost else ""
        cases = []
        if settings.wants("card"):

            def send(card: str, number: int) -> float:
                value = _send(sender, receiver, _address(numbers[card], 2), settings.size or CHUNK)
                settings.say(f"card: {card} {value:.4g} MiB/s")
                return value

            question = "one TCP stream from guest to guest, by the sender's card" + more
            cases.append(
                case_of("card", question, in_turn(there, settings.rounds, send), unit="MiB/s", guide="NET-1")
            )
        if settings.wants("latency"):

            def ping(card: str, number: int) -> float:
                value = sender.ping(_address(numbers[card], 2), PINGS)
                settings.say(f"latency: {card} {value:.4g} ms")
                return value

            question = "round trip of a ping from guest to guest, by the sender's card" + more
            samples = in_turn(there, settings.rounds, ping)
            cases.append(case_of("latency", question, samples, unit="ms", more_is_better=False, guide="NET-1"))
        return cases


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


def _send(sender: Guest, receiver: Guest, address: str, size: int) -> float:
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


def _vhost() -> Case:
    why = (
        "/dev/vhost-net is not there (modprobe vhost_net)"
        if not Path("/dev/vhost-net").exists()
        else "it needs a tap of the host, which private networks do not have: compare two machines on a bridge"
    )
    return Case(name="vhost", question="packets through the host's kernel", guide="NET-2", not_measurable=why)
