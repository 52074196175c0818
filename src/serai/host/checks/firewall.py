"""Checks of who filters: old iptables beside nftables, and firewalld's zones (NET-5, DOC-5, DOC-6)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, not_applicable, passed, warn
from serai.host.facts import firewalld as zoned
from serai.host.facts.host import Facts
from serai.host.facts.network import LINKS
from serai.host.facts.source import Unknown

TABLE = Table()
OLD_NAMES = "/proc/net/ip_tables_names"


@TABLE.row(
    "net.legacy-rules",
    "rules are in one of the kernel's two filters",
    reads=f"{OLD_NAMES}, nft list ruleset, iptables --version",
    worst=Outcome.WARN,
    why="Old iptables and nftables both judge each packet, and what either drops is gone; each tool shows only "
    "its own rules, so that a port seems open that is not. It comes of a program with an iptables of its own, or "
    "of the alternative that was changed while rules were there.",
    next="iptables-legacy-save | iptables-nft-restore --noflush, then iptables-legacy -F; for docker's own rules: "
    "serai host tune docker-chains",
    verify="iptables-legacy-save; nft list ruleset",
    old="update-alternatives --set iptables /usr/sbin/iptables-legacy, for docker: it knows nft's since 20.10.",
    source="nftables wiki, iptables-legacy and iptables-nft",
    guide=("DOC-5", "DOC-6"),
)
def legacy(facts: Facts) -> Finding:
    seen = facts.read(OLD_NAMES)
    if not seen.text:
        return passed(seen, "no tables of the old kind")
    if not facts.network.ruleset.text:
        return passed(seen, f"only the old kind: {seen.value}")
    value = f"old: {seen.value}{_counted(facts)}"
    return warn(seen, f"both filters judge each packet{_shown(facts)}", value)


def _counted(facts: Facts) -> str:
    """How many rules the old kind has, and of whom; empty: that cannot be told."""
    try:
        lines = facts.source.run("iptables-legacy-save").lines
    except Unknown:
        return ""
    rules = [line for line in lines if line.startswith("-A")]
    of_docker = sum("DOCKER" in line or "docker0" in line for line in rules)
    return f", {len(rules)} rules" + (f", {of_docker} of docker" if of_docker else "")


def _shown(facts: Facts) -> str:
    try:
        said = facts.source.run("iptables", "--version").text
    except Unknown:
        return ""
    kind = "the old" if "legacy" in said else "nftables'"
    return f"; `iptables` shows {kind} alone"


@TABLE.row(
    "net.firewalld",
    "firewalld knows the bridges of guests",
    reads=f"{' '.join(zoned.ASK)}, or {zoned.PLACE}/*.xml",
    worst=Outcome.WARN,
    why="A bridge in a zone that refuses gives guests neither addresses nor names.",
    next="serai host tune firewalld-zones",
    undo="serai host undo firewalld-zones",
    verify="firewall-cmd --get-active-zones",
    source="libvirt, firewall; docker, packet filtering: firewalld; firewalld.zones(5)",
    guide=("NET-5", "DOC-6"),
)
def firewalld(facts: Facts) -> Finding:
    if not facts.services.runs("firewalld"):
        return not_applicable("/proc/*/comm", "firewalld does not run")
    wanted = zoned.belongs(facts.network)
    if not wanted:
        return not_applicable(LINKS, "there is no bridge of libvirt's, docker's, podman's or LXC's")
    seen, found = zoned.zones(facts.source)
    wrong = [name for name, right in wanted.items() if found.get(name) not in right]
    if wrong:
        value = ", ".join(f"{name}: {found.get(name) or 'no zone'}" for name in wrong)
        return warn(seen, f"{wrong[0]} belongs in the zone {wanted[wrong[0]][0]}", value)
    return passed(seen, " ".join(f"{name}: {found[name]}" for name in wanted))
