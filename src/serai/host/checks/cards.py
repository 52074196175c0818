"""Checks of what a packet of a guest costs, and whose rules it meets: offload, queues, docker (NET-2, DOC-6)."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed
from serai.host.facts.domains import PLACE
from serai.host.facts.engines import DAEMON
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
HELPS = ("tcp-segmentation-offload", "generic-segmentation-offload", "generic-receive-offload", "scatter-gather")
"""As ethtool -k names them; what cannot be switched is marked `[fixed]`."""
SWARM = "/var/lib/docker/swarm/docker-state.json"


@TABLE.row(
    "net.offload",
    "the way out does the work of packets itself",
    reads="ethtool -k UPLINK",
    worst=Outcome.NOTE,
    why="With segmentation and receive offload a packet of 64 KiB goes through bridge and tap at once; without, "
    "each of its 44 parts does.",
    next="ethtool -K UPLINK tso on gso on gro on sg on",
    verify="ethtool -k UPLINK",
    when_not="Off by intent: a card whose firmware breaks packets, or a host that routes by XDP.",
    old="ethtool -K eth0 tso off gro off on every virtualization host: it was for bridges of Linux 2.6.",
    source="Linux, Documentation/networking/segmentation-offloads.rst; ethtool(8)",
    guide=("NET-1", "NET-4"),
)
def offload(facts: Facts) -> Finding:
    uplink = facts.network.uplink
    if not uplink:
        return not_applicable("/proc/net/route", "there is no default route")
    card = next((name for name in facts.network.links if facts.network.master(name) == uplink), uplink)
    seen = facts.source.run("ethtool", "-k", card)
    said = dict(line.strip().partition(": ")[::2] for line in seen.lines)
    off = [name for name in HELPS if said.get(name) == "off"]
    if off:
        return note(seen, "each packet costs the host's processors more", f"off: {' '.join(off)}")
    on = [name.removesuffix("-offload") for name in HELPS if said.get(name, "").startswith("on")]
    return passed(seen, f"{card}: {' '.join(on)}")


@TABLE.row(
    "net.queues",
    "guests with many processors have as many queues",
    reads=f"{PLACE}/*.xml",
    worst=Outcome.NOTE,
    why="A virtio card with one queue has all its packets done by one processor of the guest, and one thread of "
    "vhost.",
    next="serai explain NET-2; in a domain: <driver name='vhost' queues='4'/> in its interface",
    verify="ethtool -l CARD, in the guest",
    numbers="At most one queue a processor; 8 are enough for most.",
    when_not="One stream at a time: it does not get faster, and each queue costs a thread.",
    source="libvirt, formatdomain: driver of an interface, queues; QEMU, vhost-net",
    guide=("NET-2",),
)
def queues(facts: Facts) -> Finding:
    narrow, wide = [], 0
    for seen in facts.engines.domains:
        try:
            root = ElementTree.fromstring(seen.text)
        except ElementTree.ParseError as error:
            raise Unknown(f"it is no XML: {error}", seen.path) from error
        count = int(root.findtext("vcpu", "1"))
        cards = [each for each in root.iterfind("devices/interface") if _is_virtio(each)]
        given = [int(driver.get("queues", "1")) for each in cards if (driver := each.find("driver")) is not None]
        if count > 1 and cards and max(given, default=1) < 2:
            narrow.append(f"{root.findtext('name', '')}: {count} processors, 1 queue")
        wide += bool(cards)
    if narrow:
        return note(PLACE, "one processor of the guest does all its packets", ", ".join(narrow))
    return passed(PLACE, f"{wide} domains") if wide else not_applicable(PLACE, "no domain has a virtio card")


def _is_virtio(interface: ElementTree.Element) -> bool:
    """User networking has one queue whatever is stated."""
    model = interface.find("model")
    return model is not None and model.get("type") == "virtio" and interface.get("type") != "user"


@TABLE.row(
    "net.docker-backend",
    "docker's kind of rules fits this host",
    reads=f"{DAEMON}, /proc/PID/cmdline, {SWARM}",
    worst=Outcome.FAIL,
    why="With nftables docker refuses to be part of a swarm, and leaves forwarding to you: its networks cannot be "
    "made where it is off. DOCKER-USER does not exist then.",
    next="serai host tune ip-forward; in a swarm: no firewall-backend in daemon.json, and a restart of docker",
    reboot="reload",
    source="docker, Docker with nftables (since 29.0)",
    guide=("DOC-2", "DOC-6"),
    roles=(Role.CONTAINER_HOST,),
)
def docker_backend(facts: Facts) -> Finding:
    if not facts.services.runs("dockerd") and not facts.source.has(DAEMON):
        return not_applicable(DAEMON, "dockerd does not run, and has no file")
    flags = [word.partition("=") for word in facts.services.command("dockerd")]
    flag = next((value for name, _, value in flags if name == "--firewall-backend"), "")
    chosen = flag or str(facts.engines.docker.get("firewall-backend", "iptables"))
    if chosen != "nftables":
        return passed(DAEMON, chosen)
    if facts.source.has(SWARM):
        return fail(SWARM, "docker in a swarm refuses nftables", "a swarm, and nftables")
    forward = facts.sysctl("net.ipv4.ip_forward")
    if forward.text == "0":
        return fail(
            forward, "docker makes no network: with nftables it does not switch forwarding on", "0, nftables"
        )
    return passed(DAEMON, "nftables; it has no chain DOCKER-USER")
