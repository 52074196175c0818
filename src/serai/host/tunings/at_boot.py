"""What is made again at each boot: a oneshot unit of our own, and the target that wants it by a drop-in.

A drop-in of the target stands for the link that `systemctl enable` makes: it is a file, written and removed like
any other, also in a tree.
"""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.facts.host import Facts

UNITS = "/etc/systemd/system"
OPENRC = "/etc/local.d"
"""OpenRC's service `local` runs NAME.start there at boot. Source: /etc/local.d/README."""
IFUPDOWN = "/etc/network/if-up.d"
"""ifup runs what is there after each link that it brings up. Source: interfaces(5)."""
_LIVE = "/run/systemd/system"
_INSTALLED = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")


def has_systemd(facts: Facts) -> bool:
    """Of a running host, whether systemd runs it; of a tree, whether it is installed."""
    if facts.source.live:
        return facts.source.reach.has(_LIVE)
    return any(facts.source.reach.has(path) for path in _INSTALLED)


def unit(
    ident: str, title: str, start: tuple[str, ...], stop: tuple[str, ...], after: str
) -> tuple[WriteFile, ...]:
    """The unit serai-IDENT.service: `start` and `stop` are lines of ExecStart= and ExecStop=."""
    name = f"serai-{ident}.service"
    lines = [
        f"# Written by serai host tune {ident}; serai host undo {ident} removes it.",
        "[Unit]",
        f"Description={title}",
        f"After={after}",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        *(f"ExecStart={line}" for line in start),
        *(f"ExecStop={line}" for line in stop),
    ]
    wants = f"# Written by serai host tune {ident}.\n[Unit]\nWants={name}\n"
    return (
        WriteFile(path=f"{UNITS}/{name}", text="\n".join(lines) + "\n", runs=("daemon-reload",)),
        WriteFile(path=f"{UNITS}/multi-user.target.d/90-serai-{ident}.conf", text=wants, runs=("daemon-reload",)),
    )


def script(facts: Facts, ident: str, lines: tuple[str, ...]) -> tuple[WriteFile | None, str]:
    """Where there is no systemd: what runs `lines` at each boot, and what is to be said of it. They can be run
    twice. None: nothing here would."""
    head = f"# Written by serai host tune {ident}; serai host undo {ident} removes it."
    text = "\n".join(("#!/bin/sh", head, *lines))
    reach = facts.source.reach
    if reach.has(OPENRC):
        note = "no systemd here: OpenRC's service local does it at boot, where it is enabled (rc-update add local)"
        return WriteFile(path=f"{OPENRC}/serai-{ident}.start", text=f"{text}\n", mode=0o755), note
    if reach.has(IFUPDOWN) and reach.program("ifup"):
        note = "no systemd here: ifup does it whenever it brings a link up, and so at boot"
        return WriteFile(path=f"{IFUPDOWN}/serai-{ident}", text=f"{text}\n", mode=0o755), note
    return None, "systemd does not run here: this lasts until the reboot"


def iptables_lines(
    rules: tuple[str, ...], table: str = "filter", program: str = "iptables"
) -> list[tuple[str, str]]:
    """The lines that add each rule at the head of its chain, the last one first, and that take it out again."""
    base = f"{program} -w 10 -t {table}"
    return [(f"{base} -I {rule}", f"{base} -D {rule}") for rule in reversed(rules)]
