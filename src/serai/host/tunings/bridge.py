"""The host's uplink on a bridge, so that guests join its network (NET-4): now, under a timer, and at each boot."""

from __future__ import annotations

import re
from collections.abc import Callable

from serai.host.bridging import ifupdown, netplan, network_manager, networkd
from serai.host.bridging.link import Link, read_link
from serai.host.bridging.netplan import NETWORK_MANAGER
from serai.host.bridging.timer import RECORD
from serai.host.bridging.wanted import NotByFile, Wanted
from serai.host.changes.change import Change
from serai.host.changes.uplink_bridge import UplinkBridge
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS
from serai.host.facts.source import Unknown
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.errors import Code, SeraiError

TABLE = Table()
LONGEST_NAME = 15
"""Bytes of a link's name. Source: Linux, include/uapi/linux/if.h: IFNAMSIZ."""
SHORTEST = 5.0
"""Seconds: less than a person, or a gateway that wakes up, needs to answer."""
ETHERNET = "1"
"""Source: Linux, include/uapi/linux/if_arp.h: ARPHRD_ETHER."""
HINT = "ip -br link shows what there is; --interface LINK names another one"


@TABLE.tuning(
    "bridge",
    "the uplink on a bridge, which guests join",
    why="A guest that joins a bridge with the host's network card in it is a machine of the same network: it has "
    "an address from there, and everybody reaches it. The move takes the way in to the host with it, so it is "
    "undone by itself unless it is confirmed: with Enter, by `serai host confirm` from a new login, or, with "
    "--yes, by the gateway that answers and the SSH session that goes on.",
    values="NAME of the bridge",
    repairs=("net.bridges",),
    numbers="60 seconds to confirm (--within). A bridge without spanning tree opens a port at once; with it, "
    "after 30 s.",
    when_not="A wireless card: an access point takes frames of its own station alone. Many cloud networks, too, "
    "drop frames of MAC addresses that they did not give.",
    old="ifcfg files and brctl, and a restart of the network: what was wrong was found out on the console.",
    source="Linux, net/bridge; systemd.netdev(5), nm-settings-keyfile(5), netplan, interfaces(5)",
    guide=("NET-4", "NET-5"),
)
def bridge(facts: Facts, asked: Asked) -> Planned:
    name, port = asked.value or "br0", asked.interface or facts.network.uplink
    _judge(facts, name, port, asked)
    reach = facts.source.reach
    live = facts.source.live
    link = read_link(reach, port) if live and facts.network.master(port) != name else None
    wanted = Wanted(bridge=name, port=port, mac=_mac(facts, port), link=link, servers=_servers(facts))
    tool, files, notes = _at_boot(facts, wanted, asked)
    manager = tool == NETWORK_MANAGER or (tool == "netplan" and netplan.by_network_manager(facts, wanted))
    now = UplinkBridge(bridge=name, port=port, within=asked.within, manager=NETWORK_MANAGER if manager else "")
    if live:
        notes = (*notes, *_beware(facts, link))
    return Planned(changes=(now, *files), notes=notes, must_confirm=True)


def _judge(facts: Facts, name: str, port: str, asked: Asked) -> None:
    """Raises SeraiError for what cannot be bridged, or not by serai."""
    if not re.fullmatch(r"[A-Za-z][\w.-]*", name) or len(name) > LONGEST_NAME:
        raise SeraiError(Code.INPUT, f"{name} is no name for a bridge", hint="letters and digits, at most 15: br0")
    if not port:
        raise SeraiError(Code.INPUT, "there is no default route, so no uplink", hint=HINT)
    if asked.within < SHORTEST:
        raise SeraiError(
            Code.INPUT, f"--within {asked.within:g}: {SHORTEST:g} seconds are the least", hint="--within 60"
        )
    if not facts.source.live:
        return
    if port not in facts.network.links:
        raise SeraiError(Code.INPUT, f"there is no link {port}", hint=HINT)
    master = facts.network.master(port)
    if master == name:
        return
    for why in (reason(facts, port, master) for reason in (_kind, _taken)):
        if why:
            raise SeraiError(Code.REFUSED, f"{port} is not moved onto a bridge: {why}", hint=HINT)
    if name in facts.network.links:
        raise SeraiError(
            Code.REFUSED, f"there is a link {name} already, without {port}", hint="serai host tune bridge=br1"
        )
    if facts.source.reach.has(RECORD):
        raise SeraiError(Code.REFUSED, "serai made another bridge here", hint="serai host undo bridge, first")


def _kind(facts: Facts, port: str, master: str) -> str:
    place = f"{LINKS}/{port}"
    if facts.source.has(f"{place}/wireless") or facts.source.has(f"{place}/phy80211"):
        return "it is wireless, and an access point takes frames of its own station alone; route, or use macvtap"
    if facts.source.has(f"{place}/bonding"):
        return "it is a bond, whose files serai does not write; put the bond on a bridge with its own tool"
    if facts.source.has(f"{place}/bridge"):
        return "it is a bridge itself: guests can join it"
    kind = re.search(r"^DEVTYPE=(\w+)", facts.read(f"{place}/uevent").text, re.MULTILINE)
    if kind and kind[1] in ("vlan", "vxlan", "bond", "ppp", "wwan"):
        return f"it is a {kind[1]}, whose files serai does not write; bridge it with its own tool"
    number = facts.read(f"{place}/type").text
    return "" if number == ETHERNET else f"it is no Ethernet (type {number})"


def _taken(facts: Facts, port: str, master: str) -> str:
    return f"it is a port of {master} already" if master else ""


def _at_boot(facts: Facts, wanted: Wanted, asked: Asked) -> tuple[str, tuple[Change, ...], tuple[str, ...]]:
    """The tool that makes the network at boot, its files, and what is to be said of it."""
    tool, plan = _tool(facts, wanted)
    if plan is None:
        return tool, (), ("no tool that serai knows makes this host's network: the bridge lasts until the reboot",)
    try:
        return tool, plan(facts, wanted), (f"the next boot makes it by {tool}",)
    except NotByFile as error:
        if asked.force:
            return tool, (), (f"the bridge lasts until the reboot: {error}",)
        raise SeraiError(
            Code.REFUSED,
            f"{tool} cannot be told of {wanted.bridge}: {error}",
            hint=f"or until the reboot alone: serai host tune bridge={wanted.bridge} --force",
        ) from error


def _tool(facts: Facts, wanted: Wanted) -> tuple[str, Callable[[Facts, Wanted], tuple[Change, ...]] | None]:
    if netplan.describes(facts, wanted):
        return "netplan", netplan.plan
    if _works(facts, NETWORK_MANAGER, "NetworkManager.service"):
        return NETWORK_MANAGER, network_manager.plan
    if ifupdown.describes(facts, wanted.port):
        return "ifupdown", ifupdown.plan
    if _works(facts, "systemd-networkd", "systemd-networkd.service"):
        return "systemd-networkd", networkd.plan
    return "", None


def _works(facts: Facts, process: str, unit: str) -> bool:
    if not facts.source.live:
        return facts.services.enabled(unit)
    try:
        return facts.services.runs(process)
    except Unknown:
        return False


def _mac(facts: Facts, port: str) -> str:
    """Empty where a tree holds no /sys."""
    try:
        return facts.read(f"{LINKS}/{port}/address").text.lower()
    except Unknown:
        return ""


def _servers(facts: Facts) -> tuple[str, ...]:
    """Name servers: those of systemd-resolved's own file where resolv.conf only names resolved itself."""
    for path in ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"):
        text = (facts.source.reach.read(path) or b"").decode(errors="replace")
        found = re.findall(r"^nameserver\s+(\S+)", text, re.MULTILINE)
        if found:
            return tuple(each for each in found if not each.startswith("127."))
    return ()


def _beware(facts: Facts, link: Link | None) -> tuple[str, ...]:
    """What the person should know of this host before."""
    if link is None:
        return ()
    notes = []
    if any(each.dynamic and each.family == "inet" for each in link.addresses):
        notes.append(
            f"the address of {link.name} is leased: it is kept as it is until the reboot, which asks for one on "
            f"the bridge; reboot before the lease ends"
        )
    if rules := _rules_that_name(facts, link.name):
        notes.append(f"{rules} rules of the firewall name {link.name}: its packets come from the bridge then")
    return tuple(notes)


def _rules_that_name(facts: Facts, port: str) -> int:
    """Both programs may show the same rules: the one that shows more counts."""
    names = re.compile(rf"\b[io]if(name)? \"?{port}\"?(?![\w-])|-[io] {port}(?![\w-])")
    most = 0
    for reading in ("ruleset", "filter"):
        try:
            lines = getattr(facts.network, reading).lines
        except Unknown:
            continue
        most = max(most, sum(bool(names.search(line)) for line in lines))
    return most
