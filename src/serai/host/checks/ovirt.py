"""Checks of a host for an engine of oVirt: its minimum, its name, its system, its repositories (GUI-2)."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
ENGINE = (Role.OVIRT_ENGINE,)
ASK = "asked for engines of oVirt: --role ovirt-engine"
REQUIREMENTS = "oVirt, planning and prerequisites guide: engine requirements"
GB = 10**9
PORTS = {80: "HTTP", 443: "HTTPS", 5432: "PostgreSQL", 6100: "the websocket proxy", 54323: "the image transfer"}
"""What the engine listens on. Source: oVirt, planning and prerequisites guide, engine firewall requirements."""
MODULES = {"javapackages-tools": "", "pki-deps": "", "postgresql": "12", "mod_auth_openidc": "2.3", "nodejs": "14"}
"""Name -> stream, of Enterprise Linux 8; 9 has none of them. Source: oVirt, enabling the repositories."""
LISTEN = "0A"
"""The state of a listening socket. Source: proc(5), /proc/net/tcp; include/net/tcp_states.h."""


def _asked_not(facts: Facts) -> bool:
    return Role.OVIRT_ENGINE not in facts.wants.roles


def _release(facts: Facts) -> tuple[int, int]:
    parts = [int(part) for part in re.findall(r"\d+", facts.system.get("VERSION_ID", ""))]
    return (parts[0] if parts else 0, parts[1] if len(parts) > 1 else 0)


def _is_enterprise(facts: Facts) -> bool:
    words = {facts.system.get("ID", ""), *facts.system.get("ID_LIKE", "").split()}
    return bool(words & {"rhel", "centos"}) and facts.system.get("ID") != "fedora"


@TABLE.row(
    "ovirt.cpu",
    "the engine has processors enough",
    reads="/proc/cpuinfo",
    worst=Outcome.FAIL,
    why="The engine is a Java server with a database beside it, for x86_64 alone.",
    next="more processors",
    numbers="2 at least, 4 recommended",
    source=REQUIREMENTS,
    guide=("GUI-2",),
    roles=ENGINE,
)
def processors(facts: Facts) -> Finding:
    if _asked_not(facts):
        return not_applicable("/proc/cpuinfo", ASK)
    seen = facts.read("/proc/cpuinfo")
    if not facts.cpu.x86:
        return fail(seen, "the engine is built for x86_64 alone", "not x86", next="another host")
    count = len(re.findall(r"^processor\s*:", seen.text, re.MULTILINE))
    value = f"{count} processors"
    if count < 2:
        return fail(seen, "the engine needs 2", value)
    return warn(seen, "4 are recommended", value) if count < 4 else passed(seen, value)


@TABLE.row(
    "ovirt.memory",
    "an engine of oVirt fits",
    reads="/proc/meminfo",
    worst=Outcome.FAIL,
    why="The engine and its database need 4 GiB; with less it is killed under load.",
    next="more memory",
    numbers="4 GiB at least, 16 GiB recommended",
    source=REQUIREMENTS,
    guide=("GUI-2",),
    roles=ENGINE,
)
def memory(facts: Facts) -> Finding:
    if _asked_not(facts):
        return not_applicable("/proc/meminfo", ASK)
    total = facts.memory.info["MemTotal"] / (1 << 30)
    value = f"{total:.1f} GiB"
    if total < 3.5:
        return fail("/proc/meminfo", "the engine needs 4 GiB", value)
    return warn("/proc/meminfo", "16 GiB are recommended", value) if total < 15 else passed("/proc/meminfo", value)


@TABLE.row(
    "ovirt.disk",
    "the engine and its database have room",
    reads="statvfs of /",
    worst=Outcome.FAIL,
    why="The history of all hosts and guests grows in the database for years.",
    next="a larger disk",
    numbers="25 GB at least, 50 GB recommended",
    source=REQUIREMENTS,
    guide=("GUI-2",),
    roles=ENGINE,
)
def disk(facts: Facts) -> Finding:
    if _asked_not(facts):
        return not_applicable("/", ASK)
    free = int(facts.source.ask("space", "/").split()[0])
    value = f"{free / GB:.0f} GB free"
    if free < 25 * GB:
        return fail("/", "the engine needs 25 GB", value)
    return warn("/", "50 GB are recommended", value) if free < 50 * GB else passed("/", value)


@TABLE.row(
    "ovirt.name",
    "the host's full name leads to it, and its address back",
    reads="/proc/sys/kernel/hostname, getent hosts",
    worst=Outcome.FAIL,
    why="Certificates, hosts and consoles are bound to the engine's full name for good; to change it later "
    "is to rename all of it.",
    next="hostnamectl set-hostname engine.example.org, with A and PTR records for it",
    verify="serai host check --role ovirt-engine ovirt.name",
    old="A line in /etc/hosts: the engine is found, and its hosts do not find it.",
    source="oVirt, planning and prerequisites guide: DNS requirements",
    guide=("GUI-2",),
    roles=ENGINE,
)
def name(facts: Facts) -> Finding:
    seen = facts.read("/proc/sys/kernel/hostname")
    if _asked_not(facts):
        return not_applicable(seen, ASK)
    if not seen.text:
        raise Unknown("the kernel does not tell", seen.path)
    if "." not in seen.text:
        return fail(seen, "it is no full name")
    try:
        there = facts.source.run("getent", "ahostsv4", seen.text)
    except Unknown:
        return fail(f"getent ahostsv4 {seen.text}", "the name leads nowhere", seen.text)
    address = there.text.split()[0]
    if address.startswith("127."):
        return fail(there, "the name leads to this host alone: other hosts do not find it", address)
    try:
        back = facts.source.run("getent", "hosts", address)
    except Unknown:
        return fail(f"getent hosts {address}", "the address leads back to no name", address)
    if seen.text not in back.text.split()[1:]:
        return fail(
            back, f"the address leads back to another name than {seen.text}", " ".join(back.text.split()[1:])
        )
    return passed(there, f"{seen.text} {address}")


@TABLE.row(
    "ovirt.system",
    "the engine's packages are made for this system",
    reads="/etc/os-release",
    worst=Outcome.FAIL,
    why="Its packages are built for Enterprise Linux 8 and 9 alone: RHEL, AlmaLinux, Rocky, CentOS Stream.",
    next="a base installation of Enterprise Linux 9, or the engine's own appliance",
    numbers="8 from 8.6 on, and 9",
    source="oVirt, planning and prerequisites guide: operating system requirements",
    guide=("GUI-2",),
    roles=ENGINE,
)
def system(facts: Facts) -> Finding:
    if _asked_not(facts):
        return not_applicable("/etc/os-release", ASK)
    value = (
        facts.system.get("PRETTY_NAME") or f"{facts.system.get('ID', '?')} {facts.system.get('VERSION_ID', '')}"
    )
    release = _release(facts)
    if not _is_enterprise(facts) or release[0] not in (8, 9):
        return fail("/etc/os-release", "there are no packages of the engine for it", value)
    if (8, 0) < release < (8, 6):
        return fail("/etc/os-release", "the engine needs 8.6", value, next="dnf update")
    return passed("/etc/os-release", value)


@TABLE.row(
    "ovirt.repository",
    "the engine's repository is set up",
    reads="/etc/yum.repos.d",
    worst=Outcome.FAIL,
    why="Packages of the engine are in a repository of their own.",
    next="dnf install centos-release-ovirt45",
    undo="dnf remove centos-release-ovirt45",
    source="oVirt, download: installing the engine",
    guide=("GUI-2",),
    roles=ENGINE,
)
def repository(facts: Facts) -> Finding:
    place = "/etc/yum.repos.d"
    if _asked_not(facts):
        return not_applicable(place, ASK)
    found = [each for each in facts.source.names(place) if "ovirt" in each.lower() and each.endswith(".repo")]
    return passed(place, " ".join(found)) if found else fail(place, "no repository of oVirt", "none")


@TABLE.row(
    "ovirt.modules",
    "the modules that the engine is built with are enabled",
    reads="/etc/dnf/modules.d/*.module",
    worst=Outcome.FAIL,
    why="On Enterprise Linux 8 the engine needs these streams of its modules, and dnf finds no packages without.",
    next="dnf module -y enable javapackages-tools pki-deps postgresql:12 mod_auth_openidc:2.3 nodejs:14",
    undo="dnf module reset them",
    source="oVirt, installing the engine: enabling the repositories",
    guide=("GUI-2",),
    roles=ENGINE,
)
def modules(facts: Facts) -> Finding:
    place = "/etc/dnf/modules.d"
    if _asked_not(facts):
        return not_applicable(place, ASK)
    if not _is_enterprise(facts) or _release(facts)[0] != 8:
        return not_applicable(place, "only Enterprise Linux 8 has these modules")
    lost = [
        f"{module}:{stream}" if stream else module
        for module, stream in MODULES.items()
        if not _enabled(facts.read(f"{place}/{module}.module").text, stream)
    ]
    return (
        fail(place, "dnf does not find what the engine needs", f"not enabled: {' '.join(lost)}")
        if lost
        else passed(place, " ".join(MODULES))
    )


def _enabled(text: str, stream: str) -> bool:
    """Source: dnf, modularity: state=enabled, stream=NAME."""
    words = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return words.get("state") == "enabled" and stream in ("", words.get("stream"))


@TABLE.row(
    "ovirt.other-repositories",
    "no other repository stands in between",
    reads="/etc/yum.repos.d/*.repo",
    worst=Outcome.WARN,
    why="A package of another repository in a newer version takes the place of one that the engine is built with.",
    next="dnf config-manager --set-disabled epel",
    undo="dnf config-manager --set-enabled epel",
    source="oVirt, planning and prerequisites guide: operating system requirements",
    guide=("GUI-2",),
    roles=ENGINE,
)
def other_repositories(facts: Facts) -> Finding:
    place = "/etc/yum.repos.d"
    if _asked_not(facts):
        return not_applicable(place, ASK)
    found = [
        each for each in facts.source.names(place) if each.startswith(("epel", "remi", "docker-ce", "elrepo"))
    ]
    on = [
        each for each in found if re.search(r"^enabled\s*=\s*1", facts.read(f"{place}/{each}").text, re.MULTILINE)
    ]
    return warn(place, "its packages may not fit the engine", " ".join(on)) if on else passed(place, "none")


@TABLE.row(
    "ovirt.ports",
    "nobody listens on the engine's ports",
    reads="/proc/net/tcp, /proc/net/tcp6",
    worst=Outcome.FAIL,
    why="engine-setup starts a web server and a database of its own; it fails half-way where ports are taken.",
    next="stop and disable what listens there: ss -ltnp",
    when_not="an engine that is set up already",
    source="oVirt, planning and prerequisites guide: engine firewall requirements",
    guide=("GUI-2",),
    roles=ENGINE,
)
def ports(facts: Facts) -> Finding:
    if _asked_not(facts):
        return not_applicable("/proc/net/tcp", ASK)
    seen = facts.read("/proc/net/tcp")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    if facts.services.runs("ovirt-engine"):
        return passed(seen, "an engine runs here")
    rows = [line.split() for line in (*seen.lines[1:], *facts.read("/proc/net/tcp6").lines[1:])]
    taken = {int(words[1].rpartition(":")[2], 16) for words in rows if len(words) > 3 and words[3] == LISTEN}
    found = [f"{port} ({what})" for port, what in PORTS.items() if port in taken]
    return fail(seen, "engine-setup needs it", ", ".join(found)) if found else passed(seen, "all are free")
