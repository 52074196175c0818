"""What docker keeps in the packet filter and among the links of a host, and what of it is gone (DOC-6)."""

from __future__ import annotations

from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown

BRIDGE = "docker0"
WITHOUT_ISOLATION = 29
"""The first docker without the chains DOCKER-ISOLATION-STAGE. Source: docker, release notes 29.0."""
BRIDGE_NAME = "com.docker.network.bridge.name"
ASK = '{{.Driver}} {{.Name}} {{printf "%.12s" .Id}} {{with index .Options "' + BRIDGE_NAME + '"}}{{.}}{{end}}'


def uses_iptables(facts: Facts) -> bool:
    """Whether docker was not told otherwise. Raises Unknown."""
    words = facts.services.command("dockerd")
    if setting(facts, "iptables") in (False, "false"):
        return False
    return (
        facts.engines.docker.get("firewall-backend") != "nftables" and "--firewall-backend=nftables" not in words
    )


def setting(facts: Facts, name: str, short: str = "") -> object:
    """Of the daemon that runs: a flag, else daemon.json; None: neither says it."""
    words = facts.services.command("dockerd")
    for at, word in enumerate(words):
        key, equals, value = word.partition("=")
        if key == f"--{name}" or (short and key == short):
            following = words[at + 1] if at + 1 < len(words) and not words[at + 1].startswith("-") else "true"
            return value if equals else following
    return facts.engines.docker.get(name)


def lost(facts: Facts) -> list[str]:
    """What is gone, for a person; empty: all is there. Raises Unknown."""
    return [*lost_links(facts), *lost_rules(facts, facts.network.filter.text)]


def default_bridge(facts: Facts) -> str:
    """The link of docker's default network; empty: it was told to have none."""
    name = setting(facts, "bridge", "-b")
    return "" if name == "none" else str(name or BRIDGE)


def lost_links(facts: Facts) -> list[str]:
    """Bridges of docker's networks that are not there: the default one's, and those of users' networks."""
    wanted = {default_bridge(facts): ""}
    try:
        ids = facts.source.run("docker", "network", "ls", "-q", "--filter", "driver=bridge").lines
        shown = facts.source.run("docker", "network", "inspect", "--format", ASK, *ids).lines if ids else []
    except Unknown:
        shown = []  # the default one's is known without asking
    for line in shown:
        _, name, ident, *own = line.split()
        if name != "bridge":
            wanted[own[0] if own else f"br-{ident}"] = f" of the network {name}"
    links = facts.network.links
    return [f"no link {link}{whose}" for link, whose in wanted.items() if link and link not in links]


def lost_rules(facts: Facts, saved: str) -> list[str]:
    """Chains, the jumps into them, and the address that containers go out with."""
    nat, filter = table(saved, "nat"), table(saved, "filter")
    wanted = {
        "no chain DOCKER in nat": ":DOCKER " in nat,
        "no jump to DOCKER in nat": "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n" in nat,
        "no chain DOCKER in filter": ":DOCKER " in filter,
        "no chain DOCKER-USER in filter": ":DOCKER-USER " in filter,
        "no jump from FORWARD to DOCKER-USER": "-A FORWARD -j DOCKER-USER\n" in filter,
    }
    found = [what for what, is_there in wanted.items() if not is_there]
    for number in "12":
        if f":DOCKER-ISOLATION-STAGE-{number} " not in filter and _isolates(facts):
            found.append(f"no chain DOCKER-ISOLATION-STAGE-{number} in filter")
    bridge = default_bridge(facts)
    subnet = facts.network.subnet(bridge) if bridge else ""
    rule = f"-A POSTROUTING -s {subnet} ! -o {bridge} -j MASQUERADE\n"
    if subnet and rule not in nat and setting(facts, "ip-masq") not in (False, "false"):
        found.append(f"no MASQUERADE of {subnet}")
    return found


def _isolates(facts: Facts) -> bool:
    """Whether this docker has those chains; one that cannot be asked is taken to have none."""
    try:
        said = facts.source.run("docker", "version", "--format", "{{.Server.Version}}").text
    except Unknown:
        return False
    major = said.partition(".")[0]
    return major.isdigit() and int(major) < WITHOUT_ISOLATION


def table(saved: str, name: str) -> str:
    """One table of what iptables-save prints."""
    return saved.partition(f"*{name}\n")[2].partition("COMMIT")[0]
