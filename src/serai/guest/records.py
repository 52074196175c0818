"""A guest that needs but system calls to become another one gets them as records: no shell has a part in it.

That is `tiny`, whose files serai knows: cards by DHCP, a dropbear, no machine-id, nothing that manages cards. The
program of guest/syscalls.py reads from the port itself. Under emulation a shell that reads and does as much is a
third of what a guest does until it is itself. The order is that of guest/becoming.py: what must be done before
anybody logs in, its names, its disks; and the clock once somebody has.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from serai.guest import syscalls
from serai.guest.identity import ARRIVED, ENDED, SEED_BYTES
from serai.guest.seed import SeedNic
from serai.guest.settle import MARK
from serai.guest.tiny import host_lines
from serai.providers.contract import Materials
from serai.spec.base import Spec

KEY, HOSTNAME = "/etc/dropbear/dropbear_ed25519_host_key", "/etc/hostname"
HOSTS, INSTANCE = "/etc/hosts", "/var/lib/tiny/instance-id"

# `direct`, where records do; then what they go by: cards with hardware behind them, the hosts it knows.
# Host keys of other kinds would have to go.
ASK = f"""
if [ "$(uname -m)" = x86_64 ] && [ -f {INSTANCE} ] && [ -f {KEY} ] && [ -f {HOSTNAME} ] &&
  [ ! -s /etc/machine-id ] && [ ! -e /var/lib/cloud ] && [ ! -e /var/lib/random-seed ] &&
  [ ! -e /var/lib/systemd ] && [ "$(echo /etc/dropbear/dropbear_*_host_key)" = {KEY} ]
then
  echo direct "$(wc -c <{HOSTNAME})" "$(wc -c <{INSTANCE})"
  for d in /sys/class/net/*; do
    [ -e "$d/device" ] && {{ read -r mac <"$d/address"; }} 2>/dev/null && echo "nic $mac ${{d##*/}}"
  done
  while IFS= read -r line || [ -n "$line" ]; do echo "hosts $line"; done <{HOSTS}
fi
"""


class Direct(Spec, frozen=True):
    """What a guest said of itself that takes records."""

    nics: dict[str, str]
    """MAC -> name of each card; a bridge or a VLAN has the MAC of its card, too."""
    hosts: str
    """/etc/hosts."""
    sizes: tuple[int, int]
    """Bytes of its host name's file, and of its instance-id's."""


def direct_of(said: Sequence[str]) -> Direct | None:
    """From the lines that ASK prints; None: it takes none."""
    first = next((line.split() for line in said if line.startswith("direct ")), None)
    if first is None or len(first) != 3:
        return None
    nics = {words[1]: words[2] for line in said if len(words := line.split()) == 3 and words[0] == "nic"}
    hosts = "".join(f"{line[6:]}\n" for line in said if line.startswith("hosts "))
    return Direct(nics=nics, hosts=hosts, sizes=(int(first[1]), int(first[2])))


def arriving(
    direct: Direct,
    old: tuple[str, str],
    name: str,
    cards: Mapping[str, str],
    key: bytes,
    instance_id: str,
    materials: Materials,
) -> bytes:
    """Until its disks know who it is; it says `arrived` when one can log in.

    `old`: its host name, and the lines of /etc/hosts that name its peers. `cards`: MAC -> new MAC, of cards that
    it said it has.
    """
    size, instance_size = direct.sizes
    hosts = hosts_of(direct.hosts, old, name, materials)
    hostname, instance = f"{name}\n".encode(), f"{instance_id}\n".encode()
    return b"".join(
        [
            syscalls.reseeded(os.urandom(SEED_BYTES)),
            *(syscalls.has_mac(direct.nics[before], mac) for before, mac in cards.items() if before != mac),
            syscalls.placed(syscalls.NEXT, KEY, key, len(key)),
            syscalls.said(ARRIVED),
            syscalls.named(name),
            syscalls.placed(syscalls.NEXT + 1, HOSTNAME, hostname, size),
            b"" if hosts is None else syscalls.placed(syscalls.NEXT + 2, HOSTS, hosts, len(hosts)),
            syscalls.placed(syscalls.NEXT + (2 if hosts is None else 3), INSTANCE, instance, instance_size),
            syscalls.synced(),
        ]
    )


def settling(now: float) -> bytes:
    """Once somebody has logged in. `now`: Unix time."""
    return syscalls.clock(now) + syscalls.said(f"{ENDED} 0") + syscalls.ended()


def hosts_of(text: str, old: tuple[str, str], name: str, materials: Materials) -> bytes | None:
    """/etc/hosts with its own name and peers, at least as long as before; None: it stays as it is.

    The same as `names` of guest/becoming.py.
    """
    old_name, peers = old
    gone = {line for line in peers.splitlines() if line}
    names = {old_name.partition(".")[0]: name.partition(".")[0], old_name: name}
    lines = []
    for line in text.splitlines():
        if line.endswith(f" {MARK}") or line in gone:
            continue
        if line.startswith("127.") or (line.startswith("::1") and line[3:4] not in tuple("0123456789abcdef:")):
            line = " ".join(names.get(word, word) for word in line.split())
        lines.append(line)
    lines += [f"{line} {MARK}" for line in host_lines(materials.hosts, name).splitlines()]
    found = "".join(f"{line}\n" for line in lines).encode()
    before = text.encode()
    return None if found == before else found.ljust(len(before), b"\n")


def card_changes(direct: Direct, before: Sequence[str], nics: Sequence[SeedNic]) -> dict[str, str] | None:
    """MAC -> new MAC of each card. None: it does not have one of them, or one has an address of its own now."""
    if not all(mac in direct.nics for mac in before) or not all_by_dhcp(nics):
        return None
    return {mac: nic.mac for mac, nic in zip(before, nics, strict=True)}


def all_by_dhcp(nics: Sequence[SeedNic]) -> bool:
    """Whether no address is written down in the guest, for which records would not do."""
    return not any(nic.address or nic.ipv6 for nic in nics)
