"""NetworkManager: two keyfiles of our own, which win over the profile that the port has by their priority.

Source: nm-settings-keyfile(5), nm-settings(5): connection.autoconnect-priority.
"""

from __future__ import annotations

import uuid

from serai.host.bridging.wanted import Wanted
from serai.host.changes.change import REBOOT, Change
from serai.host.changes.file import WriteFile
from serai.host.facts.host import Facts

PLACE = "/etc/NetworkManager/system-connections"
PLACES = (PLACE, "/run/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections")
NAMESPACE = uuid.UUID("f2b1d2a7-6a0e-4f5e-9d1c-3a8f0c5b7e21")
"""Of the ids of our profiles, so that each has the same one every time."""
PRIORITY = 900
"""Of 999: above what a profile has by itself, 0, and a person can still put one above it."""
OURS = "# Written by serai host tune bridge; serai host undo bridge removes it.\n"


def plan(facts: Facts, wanted: Wanted) -> tuple[Change, ...]:
    """A profile of the bridge with the addresses of the port's profile, and one of the port."""
    of_bridge = uuid.uuid5(NAMESPACE, wanted.bridge)
    head = f"{OURS}[connection]\nautoconnect-priority={PRIORITY}\n"
    bridge = (
        f"{head}id=serai-{wanted.bridge}\nuuid={of_bridge}\ntype=bridge\ninterface-name={wanted.bridge}\n\n"
        f"[bridge]\n{f'mac-address={wanted.mac}{chr(10)}' if wanted.mac else ''}stp=false\n\n"
        f"{_addresses(facts, wanted)}"
    )
    of_port = uuid.uuid5(NAMESPACE, f"{wanted.bridge} {wanted.port}")
    port = (
        f"{head}id=serai-{wanted.bridge}-{wanted.port}\nuuid={of_port}\n"
        f"type=ethernet\ninterface-name={wanted.port}\nmaster={of_bridge}\nslave-type=bridge\n"
    )
    texts = {f"serai-{wanted.bridge}": bridge, f"serai-{wanted.bridge}-{wanted.port}": port}
    return tuple(
        WriteFile(path=f"{PLACE}/{name}.nmconnection", text=text, mode=0o600, waits=REBOOT)
        for name, text in texts.items()
    )


def _addresses(facts: Facts, wanted: Wanted) -> str:
    """The sections [ipv4] and [ipv6] of the profile that the port has, or made from what it has now."""
    for place in PLACES:
        for name in sorted(facts.source.reach.names(place) or ()):
            text = facts.read(f"{place}/{name}").text if not name.startswith("serai-") else ""
            if f"\ninterface-name={wanted.port}\n" in f"\n{text}\n" and "\ntype=ethernet" in text:
                return _sections(text)
    return "\n".join(_of_family(wanted, family) for family in ("inet", "inet6"))


def _sections(text: str) -> str:
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() in ("[ipv4]", "[ipv6]")
        if inside:
            kept.append(line)
    return "\n".join(kept).strip() + "\n"


def _of_family(wanted: Wanted, family: str) -> str:
    colon = family == "inet6"
    fixed = [each.shown for each in wanted.fixed if each.family == family]
    lines = [f"[ipv{6 if colon else 4}]", f"method={'manual' if fixed else 'auto'}"]
    lines += [f"address{number}={each}" for number, each in enumerate(fixed, 1)]
    if fixed:
        lines += [f"gateway={each}" for each in wanted.gateways if (":" in each) == colon][:1]
        servers = [each for each in wanted.servers if (":" in each) == colon]
        lines += [f"dns={';'.join(servers)};"] if servers else []
    return "\n".join(lines) + "\n"
