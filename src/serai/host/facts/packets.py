"""How large packets of guests' and containers' networks are, as they are sent or as new ones will be."""

from __future__ import annotations

from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.util import lxc_config as lxc

MADE = ("docker", "virbr", "lxcbr", "podman", "cni-podman")
"""How bridges are called that lead to guests also while none is on them."""
FLAG = "--mtu"


def sizes(facts: Facts) -> dict[str, int]:
    """Bridge -> bytes of the largest packet that something on it may send; where nothing is on it, that new ones
    will. Not the way out itself. Raises Unknown."""
    found = {}
    for bridge in facts.network.bridges:
        if bridge == facts.network.uplink:
            continue
        ports = [name for name in facts.network.links if facts.network.master(name) == bridge]
        if ports:
            found[bridge] = max(facts.network.mtu(name).number for name in ports)
        elif bridge.startswith(MADE):
            found[bridge] = stated(facts, bridge) or facts.network.mtu(bridge).number
    return found


def stated(facts: Facts, bridge: str) -> int:
    """What its engine was told; 0: nothing, so that the bridge's own size counts."""
    if bridge == "docker0":
        return _docker(facts)
    if bridge in ("podman0", "cni-podman0"):
        return facts.engines.podman_mtu
    default = facts.read(lxc.DEFAULT).text
    value = lxc.setting(default, lxc.MTU) if lxc.setting(default, lxc.LINK) == bridge else ""
    return int(value) if value.isdigit() else 0


def _docker(facts: Facts) -> int:
    """A flag counts, and with a key of the same name dockerd does not start."""
    try:
        words = facts.services.command("dockerd")
    except Unknown:
        words = []
    for at, word in enumerate(words):
        key, equals, value = word.partition("=")
        number = value if equals else next(iter(words[at + 1 : at + 2]), "")
        if key == FLAG and number.isdigit():
            return int(number)
    key = facts.engines.docker.get("mtu", 0)
    return key if isinstance(key, int) else 0


def tuning_of(bridge: str, size: int) -> str:
    """The command that fits what is on a bridge to packets of `size` bytes."""
    for starts, name in (
        (("docker", "br-"), "docker-mtu"),
        (("podman", "cni-podman"), "podman-mtu"),
        (("lxcbr",), "lxc-mtu"),
        (("virbr",), "libvirt-mtu"),
    ):
        if bridge.startswith(starts):
            return f"serai host tune {name}={size}"
    return f"mtu: {size} of its network in serai.yaml"
