"""systemd-networkd: a .netdev and two .network files of our own; the first file that matches a link counts.

They are named 05-…, to come before those that are there. Source: systemd.network(5), systemd.netdev(5).
"""

from __future__ import annotations

import fnmatch

from serai.host.bridging.wanted import Wanted
from serai.host.changes.change import REBOOT, Change
from serai.host.changes.file import WriteFile
from serai.host.facts.host import Facts

PLACE = "/etc/systemd/network"
PLACES = (PLACE, "/run/systemd/network", "/usr/lib/systemd/network", "/lib/systemd/network")
OURS = "# Written by serai host tune bridge; serai host undo bridge removes it.\n"


def plan(facts: Facts, wanted: Wanted) -> tuple[Change, ...]:
    """The three files; the bridge is told what the port was told."""
    mac = f"MACAddress={wanted.mac}\n" if wanted.mac else ""
    netdev = f"{OURS}[NetDev]\nName={wanted.bridge}\nKind=bridge\n{mac}\n[Bridge]\nSTP=no\nForwardDelaySec=0\n"
    port = f"{OURS}[Match]\nName={wanted.port}\n\n[Network]\nBridge={wanted.bridge}\nLinkLocalAddressing=no\n"
    texts = {
        f"05-serai-{wanted.bridge}.netdev": netdev,
        f"05-serai-{wanted.bridge}.network": _of_bridge(facts, wanted),
        f"05-serai-{wanted.port}.network": port,
    }
    return tuple(WriteFile(path=f"{PLACE}/{name}", text=text, waits=REBOOT) for name, text in texts.items())


def matching(facts: Facts, wanted: Wanted) -> str:
    """The file that the port has now; empty: there is none."""
    if facts.source.live:
        index = facts.read(f"/sys/class/net/{wanted.port}/ifindex").text
        for line in facts.read(f"/run/systemd/netif/links/{index}").lines:
            if line.startswith("NETWORK_FILE=/"):
                return line.partition("=")[2]
    found = {name: f"{place}/{name}" for place in reversed(PLACES) for name in _names(facts, place)}
    ours = [f"05-serai-{wanted.bridge}.network", f"05-serai-{wanted.port}.network"]
    paths = [found[name] for name in sorted(found) if name.endswith(".network") and name not in ours]
    return next((path for path in paths if _matches(facts.read(path).text, wanted)), "")


def _names(facts: Facts, place: str) -> list[str]:
    return list(facts.source.reach.names(place) or ())


def _matches(text: str, wanted: Wanted) -> bool:
    """By name or MAC; other conditions (Type=, Driver=) are not judged here."""
    match = _sections(text).get("Match", [])
    for line in match:
        key, _, value = line.partition("=")
        words = value.split()
        if key.strip() == "Name" and any(fnmatch.fnmatch(wanted.port, each) for each in words):
            return True
        if key.strip() in ("MACAddress", "PermanentMACAddress") and wanted.mac in map(str.lower, words):
            return bool(wanted.mac)
    return False


def _sections(text: str) -> dict[str, list[str]]:
    """Section -> its lines; of a section that is there twice, all."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            lines = found.setdefault(line.strip()[1:-1], [])
        elif line.strip() and not line.startswith(("#", ";")):
            lines.append(line)
    return found


def _of_bridge(facts: Facts, wanted: Wanted) -> str:
    head = f"{OURS}[Match]\nName={wanted.bridge}\n"
    path = matching(facts, wanted)
    if path:
        return head + "".join(_without_match(facts.read(each).text) for each in (path, *_drop_ins(facts, path)))
    lines = ["", "[Network]", *(["DHCP=yes"] if wanted.leased else [])]
    lines += [f"Address={each.shown}" for each in wanted.fixed]
    lines += [f"Gateway={each}" for each in wanted.gateways if not wanted.leased]
    lines += [f"DNS={each}" for each in wanted.servers if not wanted.leased]
    return head + "\n".join(lines) + "\n"


def _drop_ins(facts: Facts, path: str) -> list[str]:
    """In the order in which they count."""
    own = f"{path.rpartition('/')[2]}.d"
    found = {
        name: f"{place}/{own}/{name}" for place in reversed(PLACES) for name in _names(facts, f"{place}/{own}")
    }
    return [found[name] for name in sorted(found) if name.endswith(".conf")]


def _without_match(text: str) -> str:
    """All sections but those that say of which link the file speaks."""
    kept, skips = [], False
    for line in text.splitlines():
        if line.startswith("["):
            skips = line.strip() in ("[Match]", "[Link]")
        if not skips:
            kept.append(line)
    return "\n" + "\n".join(kept).strip() + "\n"
