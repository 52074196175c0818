"""ifupdown: the port's stanzas are renamed to the bridge's, in the files where they stand, as it has no drop-ins
that take something away. The bridge is made by `pre-up`, so that bridge-utils is not needed.

Source: interfaces(5).
"""

from __future__ import annotations

from serai.host.bridging.wanted import NotByFile, Wanted
from serai.host.changes.change import REBOOT, Change
from serai.host.changes.file import WriteFile
from serai.host.facts.host import Facts

MAIN = "/etc/network/interfaces"
PLACE = "/etc/network/interfaces.d"
ELSEWHERE = ("mapping", "rename", "vlan-raw-device", "vlan_raw_device", "bridge_ports", "bond-slaves")
"""Lines that use a link in a way that cannot be moved by renaming."""
STARTS = ("auto", "allow-hotplug", "allow-auto", "no-auto-down")


def files(facts: Facts) -> list[str]:
    names = sorted(facts.source.reach.names(PLACE) or ())
    return [path for path in (MAIN, *(f"{PLACE}/{name}" for name in names)) if facts.source.reach.has(path)]


def describes(facts: Facts, port: str) -> bool:
    """Whether a stanza is about the link."""
    lines = (line.split() for path in files(facts) for line in facts.read(path).lines)
    return any(words[:2] == ["iface", port] for words in lines)


def plan(facts: Facts, wanted: Wanted) -> tuple[Change, ...]:
    """The files that name the port, edited. Raises NotByFile for a line that says something that is not moved."""
    changes = []
    first = True
    for path in files(facts):
        text = facts.read(path).text + "\n"
        edited, first = edit(text, wanted, first)
        if edited != text:
            entry = facts.source.reach.entry(path)
            mode, uid, gid = (entry.mode, entry.uid, entry.gid) if entry else (0o644, 0, 0)
            changes.append(WriteFile(path=path, text=edited, mode=mode, uid=uid, gid=gid, waits=REBOOT))
    return tuple(changes)


def edit(text: str, wanted: Wanted, first: bool) -> tuple[str, bool]:
    """One file; `first`: no stanza of the bridge has been written yet: that one makes the bridge."""
    lines: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if not words or wanted.port not in words[1:]:
            lines.append(line)
        elif words[0] in STARTS:
            lines.append(" ".join(["auto" if words[0] == "allow-hotplug" else words[0], *_renamed(words, wanted)]))
        elif words[0] == "iface" and words[1] == wanted.port:
            lines += _stanza(words, wanted, first)
            first = False
        elif words[0] in ELSEWHERE:
            raise NotByFile(f"`{' '.join(words)}` uses {wanted.port}: move it to {wanted.bridge} by hand first")
        else:
            lines.append(line.replace(f" {wanted.port}", f" {wanted.bridge}"))
    return "\n".join(lines) + "\n", first


def _renamed(words: list[str], wanted: Wanted) -> list[str]:
    return [wanted.bridge if word == wanted.port else word for word in words[1:]]


def _stanza(words: list[str], wanted: Wanted, first: bool) -> list[str]:
    head = " ".join(["iface", wanted.bridge, *words[2:]])
    if not first:
        return [head]
    mac = f" address {wanted.mac}" if wanted.mac else ""
    return [
        f"# the port of {wanted.bridge}: serai host tune bridge",
        f"iface {wanted.port} inet manual",
        "",
        head,
        f"    pre-up ip link add name {wanted.bridge}{mac} type bridge stp_state 0 forward_delay 0 || true",
        f"    pre-up ip link set dev {wanted.port} up master {wanted.bridge}",
        f"    post-down ip link set dev {wanted.port} nomaster || true",
        f"    post-down ip link delete dev {wanted.bridge} || true",
    ]
