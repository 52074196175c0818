"""LXC's configuration as text: the keys of before 2.1 in today's words, and the bridge of the first network."""

from __future__ import annotations

import re
from collections.abc import Iterator

LXC = "/etc/lxc"
DEFAULT = f"{LXC}/default.conf"
"""What lxc-create copies into the configuration of each new container."""
FIRST = "lxc.net.0"
LINK = f"{FIRST}.link"
MTU = f"{FIRST}.mtu"
RENAMED = {
    "lxc.aa_allow_incomplete": "lxc.apparmor.allow_incomplete",
    "lxc.aa_profile": "lxc.apparmor.profile",
    "lxc.console": "lxc.console.path",
    "lxc.devttydir": "lxc.tty.dir",
    "lxc.haltsignal": "lxc.signal.halt",
    "lxc.id_map": "lxc.idmap",
    "lxc.init_cmd": "lxc.init.cmd",
    "lxc.init_gid": "lxc.init.gid",
    "lxc.init_uid": "lxc.init.uid",
    "lxc.limit": "lxc.prlimit",
    "lxc.logfile": "lxc.log.file",
    "lxc.loglevel": "lxc.log.level",
    "lxc.mount": "lxc.mount.fstab",
    "lxc.network": "lxc.net",
    "lxc.pts": "lxc.pty.max",
    "lxc.rebootsignal": "lxc.signal.reboot",
    "lxc.rootfs": "lxc.rootfs.path",
    "lxc.se_context": "lxc.selinux.context",
    "lxc.seccomp": "lxc.seccomp.profile",
    "lxc.stopsignal": "lxc.signal.stop",
    "lxc.syslog": "lxc.log.syslog",
    "lxc.tty": "lxc.tty.max",
    "lxc.utsname": "lxc.uts.name",
}
"""Source: LXC, src/lxc/cmd/lxc-update-config.in; LXC 2.1's list of renamed keys."""
BACKEND = "lxc.rootfs.backend"
GONE = {BACKEND, "lxc.pivotdir", "lxc.kmsg"}
BACKENDS = ["aufs", "btrfs", "dir", "loop", "lvm", "nbd", "overlay", "overlayfs", "rbd", "zfs"]
"""What may stand before the colon of lxc.rootfs.path. Source: LXC, src/lxc/storage/storage.c: bdevs."""
NEW_NETWORK = "lxc.network.type"
_LINE = re.compile(r"(?P<start>\s*)(?P<key>lxc\.[^\s=#]+)(?P<equals>[ \t]*=[ \t]*)(?P<value>[^\n]*)(?P<end>\n?)")


def settings(text: str) -> Iterator[tuple[str, str]]:
    """(key, value) of each line that states one, as LXC reads it."""
    for line in _lines(text):
        if found := _LINE.fullmatch(line):
            yield found["key"], found["value"].strip().strip("\"'")


def setting(text: str, key: str) -> str:
    """The last one counts; empty: none."""
    return dict(settings(text)).get(key, "")


def is_old(key: str) -> bool:
    """Whether LXC 3 and newer refuse it."""
    return key in GONE or key in RENAMED or key.startswith(("lxc.network.", "lxc.limit."))


def old_line(text: str) -> str:
    """The first one with a key that is refused today; empty: none."""
    found = (each for line in _lines(text) if (each := _LINE.fullmatch(line)) and is_old(each["key"]))
    return next((each[0].strip() for each in found), "")


def converted(text: str) -> str:
    """`text` in the keys of today; comments, spaces and all other lines keep every byte.

    Each `lxc.network.type` begins a network, which has the next number. Unlike lxc-update-config, a root file
    system whose backend nobody stated gets no `dir:` before it, for LXC still finds out itself; a stated one is
    found wherever it stands; and `lxc.limit.*` and numbered addresses are renamed, too.
    """
    backend, network, lines = setting(text, BACKEND), -1, []
    for line in _lines(text):
        found = _LINE.fullmatch(line)
        if not found or not is_old(found["key"]):
            lines.append(line)
            continue
        key, value = found["key"], found["value"]
        if key in GONE:
            continue
        network += key == NEW_NETWORK
        if key == "lxc.rootfs" and backend and value.partition(":")[0] not in BACKENDS:
            value = f"{backend}:{value}"
        lines.append(f"{found['start']}{_today(key, max(network, 0))}{found['equals']}{value}{found['end']}")
    return "".join(lines)


def _today(key: str, network: int) -> str:
    """An old key's name. An address of IPv4 or IPv6 was the value of `ipv4` itself."""
    if key.startswith("lxc.limit."):
        return f"lxc.prlimit.{key.removeprefix('lxc.limit.')}"
    if not key.startswith("lxc.network."):
        return RENAMED[key]
    number, _, rest = key.removeprefix("lxc.network.").partition(".")
    if not number.isdigit():
        number, rest = str(network), key.removeprefix("lxc.network.")
    return f"lxc.net.{number}.{rest}" + (".address" if rest in ("ipv4", "ipv6") else "")


def joins(text: str) -> str:
    """The kind of the first network where it joins no bridge, as `macvlan`; empty: it joins one, or could."""
    kind = setting(text, f"{FIRST}.type")
    return "" if kind in ("", "veth", "empty") else kind


def joined(text: str, bridge: str) -> str:
    """`text` with its first network on `bridge`: by a pair of veth, which is up. Least is edited."""
    wanted = {f"{FIRST}.type": "veth", LINK: bridge, f"{FIRST}.flags": "up"}
    lines = _lines(text)
    after = len(lines)
    for key, value in wanted.items():
        found = {
            at: each for at, line in enumerate(lines) if (each := _LINE.fullmatch(line)) and each["key"] == key
        }
        if not found:
            if after and not lines[after - 1].endswith("\n"):
                lines[after - 1] += "\n"
            lines.insert(after, f"{key} = {value}\n")
            after += 1
            continue
        at, line = max(found.items())
        if key != f"{FIRST}.flags" and setting(line[0], key) != value:
            lines[at] = f"{line['start']}{key}{line['equals']}{value}{line['end']}"
        after = at + 1
    return "".join(lines)


def sized(text: str, size: int) -> str:
    """`text` with packets of `size` bytes on each network that is a pair of veth. Least is edited."""
    now = dict(settings(text))
    found = (re.fullmatch(r"(lxc\.net\.\d+)\.type", key) for key, kind in now.items() if kind == "veth")
    lines = _lines(text)
    for network in [each[1] for each in found if each]:
        own = {
            at: each
            for at, line in enumerate(lines)
            if (each := _LINE.fullmatch(line)) and each["key"].startswith(f"{network}.")
        }
        if stated := {at: each for at, each in own.items() if each["key"] == f"{network}.mtu"}:
            at, line = max(stated.items())
            lines[at] = f"{line['start']}{network}.mtu{line['equals']}{size}{line['end']}"
            continue
        last = max(own)
        if not lines[last].endswith("\n"):
            lines[last] += "\n"
        lines.insert(last + 1, f"{network}.mtu = {size}\n")
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """With their ends; a form feed or another sign that Python calls an end of line is none for LXC."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
