"""The size of packets, from the way out to guests and containers of podman, LXC and libvirt (DOC-3)."""

from __future__ import annotations

import re

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.json_keys import JsonKey, JsonKeys
from serai.host.changes.libvirt_mtu import NetworkMtu
from serai.host.changes.lxc_config import LxcConfig
from serai.host.changes.running import must
from serai.host.facts.engines import CNI, PODMAN_NETWORK
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util import lxc_config as lxc
from serai.util.errors import Code, SeraiError

TABLE = Table()
USUAL = 1500
"""Bytes: what engines take when nobody says anything. Source: moby, daemon/config: mtu; Linux, ETH_DATA_LEN."""
LEAST = 1280
"""Bytes: the least that IPv6 needs. Source: RFC 8200, 5."""
MEASURED = "path"
"""Before the colon of a value that is to be measured."""
VALUES = "BYTES; path, as echoes to the gateway show it; path:ADDRESS; without, what the uplink has"
NUMBERS = "VXLAN takes 50 bytes of a packet: 1450. WireGuard takes 80: 1420."
WHEN_NOT = "The way out has 1500 or more: larger packets between guests of one host gain little."
NETWORKS = PODMAN_NETWORK.rpartition("/")[0]


def size_of(facts: Facts, asked: Asked, name: str) -> int:
    """Bytes that were asked for, or measured, or that the uplink has. Raises SeraiError, Unknown."""
    value = asked.value
    if value.partition(":")[0] == MEASURED:
        found = facts.network.path(value.partition(":")[2])
        if found.size < LEAST:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"packets of {found.size} bytes reach {found.target}: too few for networks of guests",
                hint=f"serai host tune {name}={LEAST} all the same",
            )
        return found.size
    if value:
        if not value.isdigit() or not LEAST <= int(value) <= 65535:
            right = f"a number of bytes from {LEAST}, as 1450, or path:ADDRESS"
            raise SeraiError(Code.INPUT, f"{name}={value}: {right}")
        return int(value)
    uplink = asked.interface or facts.network.uplink
    if not uplink:
        raise SeraiError(
            Code.INPUT, "there is no default route, so no size to go by", hint=f"serai host tune {name}=1450"
        )
    return facts.network.mtu(uplink).number


def _is_usual(size: int, asked: Asked) -> bool:
    """Whether there is nothing to do: the way out is wide, and nobody asked for a size."""
    return size >= USUAL and not asked.value


@TABLE.tuning(
    "podman-mtu",
    "packets of podman's containers are no larger than the way out",
    why="podman gives its networks 1500 bytes, whatever the way out has. Each network has a file of its own: the "
    "default one gets one here, and those of users' networks that are there get the size, too. A container has "
    "it from its next start.",
    values=VALUES,
    repairs=("net.mtu", "net.path-mtu"),
    numbers=NUMBERS,
    when_not=f"{WHEN_NOT} Containers of users without root: slirp4netns and pasta end TCP on the host.",
    source="podman-network-create(1): mtu; containers.conf(5): network_config_dir",
    guide=("DOC-3",),
)
def podman_mtu(facts: Facts, asked: Asked) -> Planned:
    if not facts.source.program("podman"):
        raise SeraiError(Code.MISSING, "there is no podman here", hint="serai host setup podman")
    size = size_of(facts, asked, "podman-mtu")
    if _is_usual(size, asked):
        return Planned(notes=("the way out has no smaller packets than podman's networks",))
    if cni := [path for path in _cni(facts) if _sized(facts.read(path).text, size)]:
        texts = {path: _sized(facts.read(path).text, size) for path in cni}
        return Planned(changes=tuple(WriteFile(path=path, text=text) for path, text in texts.items()))
    key = JsonKey(("options", "mtu"), str(size))
    names = [name for name in facts.source.names(NETWORKS) if name.endswith(".json")]
    changes: list[Change] = [JsonKeys(file=f"{NETWORKS}/{name}", keys=(key,)) for name in names]
    if PODMAN_NETWORK.rpartition("/")[2] not in names:
        changes.insert(0, WriteFile(path=PODMAN_NETWORK, text=_default_network(facts, size)))
    return Planned(changes=tuple(changes))


def _cni(facts: Facts) -> list[str]:
    """Files of podman's networks where they are CNI's, as before podman 4.0 and on Debian 12."""
    try:
        if facts.source.run("podman", "info", "--format", "{{.Host.NetworkBackend}}").text == "netavark":
            return []
    except Unknown:
        pass  # what is in that directory tells
    return [f"{CNI}/{name}" for name in facts.source.names(CNI) if name.endswith(".conflist")]


def _sized(text: str, size: int) -> str:
    """`text` with the size in its bridge plugin; empty: it has no such. Source: CNI, bridge plugin: mtu."""
    new, stated = re.subn(r'("mtu"\s*:\s*)\d+', rf"\g<1>{size}", text)
    if stated:
        return new
    new, found = re.subn(r'(\n?[ \t]*)("type"\s*:\s*"bridge"\s*,)', rf'\1\2\1"mtu": {size},', text)
    return new if found else ""


def _default_network(facts: Facts, size: int) -> str:
    """podman's own description of it, with the size; where podman cannot be asked, the one that is built in."""
    import json

    try:
        shown = json.loads(facts.source.run("podman", "network", "inspect", "podman").text)[0]
    except (Unknown, ValueError, LookupError):
        shown = {
            "name": "podman",
            "id": "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9",
            "driver": "bridge",
            "network_interface": "podman0",
            "created": "2000-01-01T00:00:00Z",
            "subnets": [{"subnet": "10.88.0.0/16", "gateway": "10.88.0.1"}],
            "ipv6_enabled": False,
            "internal": False,
            "dns_enabled": False,
            "ipam_options": {"driver": "host-local"},
        }
    shown["options"] = {**(shown.get("options") or {}), "mtu": str(size)}
    return json.dumps(shown, indent=5) + "\n"


@TABLE.tuning(
    "lxc-mtu",
    "packets of LXC's containers are no larger than the way out",
    why="A pair of veth has 1500 bytes, whatever the way out has. lxc.net.N.mtu gives both of its ends another "
    "size: for new containers in /etc/lxc/default.conf, and for each that is there in its own file.",
    values=VALUES,
    repairs=("net.mtu", "net.path-mtu"),
    numbers=f"{NUMBERS} A file is read when its container starts: one that runs has it from its next start.",
    when_not=f"{WHEN_NOT} Files of users' own containers, below ~/.local/share/lxc, are not touched.",
    old="lxc.network.mtu, which LXC 3 and newer refuse: it is renamed.",
    source="lxc.container.conf(5): lxc.net.[i].mtu",
    guide=("DOC-3", "LXC-3"),
)
def lxc_mtu(facts: Facts, asked: Asked) -> Planned:
    files = facts.engines.lxc_files
    if not files:
        raise SeraiError(Code.MISSING, "there is no LXC here", hint="serai host setup lxc")
    size = size_of(facts, asked, "lxc-mtu")
    if _is_usual(size, asked):
        return Planned(notes=("the way out has no smaller packets than LXC's networks",))
    texts = {file.path: lxc.converted(file.text) for file in files}
    fits = [path for path, text in texts.items() if lxc.sized(text, size) != text]
    if not fits and lxc.setting(texts.get(lxc.DEFAULT, ""), lxc.MTU) != str(size):
        return Planned(notes=("no container has a network of its own: serai host tune lxc-bridge",))
    return Planned(changes=tuple(LxcConfig(path=path, mtu=size) for path in fits))


@TABLE.tuning(
    "libvirt-mtu",
    "packets of libvirt's guests are no larger than the way out",
    why="A network of libvirt's has 1500 bytes, whatever the way out has. With <mtu> its bridge and the cards of "
    "guests have the size, virtio's guests are told, and DHCP tells the others.",
    values=VALUES,
    repairs=("net.mtu", "net.path-mtu"),
    numbers=NUMBERS,
    needs="a restart of the network, which is done where no guest is on it",
    when_not=f"{WHEN_NOT} Networks of a project: `mtu` of the network in serai.yaml.",
    source="libvirt, formatnetwork: mtu (since 3.1)",
    guide=("DOC-3", "NET-5"),
)
def libvirt_mtu(facts: Facts, asked: Asked) -> Planned:
    reach = facts.source.reach
    if not reach.live or not facts.source.program("virsh"):
        why = "libvirt's networks are changed by virsh, on the host itself"
        raise SeraiError(Code.MISSING, why, hint="serai host setup libvirt")
    size = size_of(facts, asked, "libvirt-mtu")
    if _is_usual(size, asked):
        return Planned(notes=("the way out has no smaller packets than libvirt's networks",))
    names = must(reach, "virsh", "-c", "qemu:///system", "net-list", "--all", "--name").split()
    changes = [NetworkMtu(name=name, size=size) for name in names if not name.startswith("serai-")]
    own = [name for name in names if name.startswith("serai-")]
    notes = tuple(f"{name} is a project's: mtu: {size} in its serai.yaml" for name in own)
    return Planned(changes=tuple(each for each in changes if each.is_routed(reach)), notes=notes)
