"""One look at a dom0: its domains, serai's records, who was seen on its bridges. One script, however many."""

from __future__ import annotations

import re
from shlex import quote

import msgspec

from serai.providers.contract import Scope
from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0, failure
from serai.providers.xen.record import Record, decode
from serai.providers.xen.toolstack import VIRSH
from serai.util.errors import SeraiError
from serai.util.process import Result

MARK = "@@serai"
LEASES = "/var/lib/misc/dnsmasq*.leases /var/lib/dnsmasq/*.leases /var/lib/NetworkManager/dnsmasq-*.leases"
"""Of dnsmasq on dom0's bridges: expiry, MAC, address, name. Source: dnsmasq(8), --dhcp-leasefile."""
_DOMAIN = re.compile(
    r"^(?P<name>.*?)\s+(?P<id>\d+)\s+(?P<memory>\d+)\s+(?P<cpus>\d+)\s+(?P<state>[rbpscd-]{6})\s+[\d.]+\s+"
    r"(?P<uuid>[0-9a-f]{8}-[0-9a-f-]{27})"
)
"""A line of `xl list -v`. Source: xen, tools/xl/xl_list.c, list_domains."""
_END = re.compile(r"has shut down, reason code (\d+)")
"""A line of xl's log of a domain. Source: tools/xl/xl_vmcontrol.c, handle_domain_death."""
REASONS = {3: "its kernel crashed", 4: "Xen's watchdog ended it"}
"""Source: xen, include/public/sched.h, SHUTDOWN_*."""


class Domain(msgspec.Struct, frozen=True):
    """A domain as `xl list -v` has it. `memory` is in MiB."""

    name: str
    id: int
    memory: int
    cpus: int
    state: str
    uuid: str

    @property
    def ended(self) -> bool:
        """It does not run any more, and is kept: on_poweroff preserve, or just dying."""
        return any(letter in self.state for letter in "scd")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All that one look gave."""

    boot: str = ""
    """Of dom0."""
    domains: dict[str, Domain] = {}
    """By UUID."""
    records: dict[str, Record] = {}
    unreadable: dict[str, str] = {}
    """Machine -> why its record cannot be read."""
    half: tuple[str, ...] = ()
    """Directories without a record."""
    ends: dict[str, str] = {}
    """Machine -> why its domain ended last, where that is no good end."""
    addresses: dict[str, str] = {}
    """MAC -> IPv4 address: of a lease, else of the neighbour table."""
    error: SeraiError | None = None
    """What xl said where it could not list domains."""

    def domain_of(self, record: Record) -> Domain | None:
        return self.domains.get(record.uuid)


def script(scope: Scope) -> str:
    """A shell script; each part begins with a line of its own."""
    here = quote(place.project_directory(scope))
    return (
        f'echo "{MARK} boot"; cat /proc/sys/kernel/random/boot_id\n'
        f'echo "{MARK} domains"; said=$(xl list -v 2>&1); code=$?; echo "$said"; echo "{MARK} code $code"\n'
        f'echo "{MARK} neighbours"; ip -4 neigh 2>/dev/null\n'
        f'echo "{MARK} leases"; cat {LEASES} 2>/dev/null\n'
        f"for d in {here}/*/; do\n"
        '  [ -d "$d" ] || continue\n'
        f'  n=${{d%/}}; n=${{n##*/}}; echo "{MARK} machine $n"\n'
        f'  [ -e "${{d}}{place.RECORD}" ] || continue\n'
        f'  cat "${{d}}{place.RECORD}"; echo\n'
        f'  echo "{MARK} end $n"\n'
        f'  log=$(sed -n \'s/^ *"domain": "\\(.*\\)",*$/\\1/p\' "${{d}}{place.RECORD}" | head -n 1)\n'
        f'  tail -n 4 "{place.LOGS}/xl-$log.log" 2>/dev/null\n'
        f'  ! grep -qs \'"via": "libvirt"\' "${{d}}{place.RECORD}" || echo "$said" | grep -qF "$log " ||\n'
        f'    {VIRSH} domstate --reason "$log" 2>/dev/null\n'
        "done\n"
        f'echo "{MARK} whole"\n'
    )


def look(dom0: Dom0, scope: Scope) -> Seen:
    """Raises where dom0 does not answer, or not to the end; what xl itself could not say is `error`."""
    done = dom0.run(script(scope))
    return parsed(done.stdout, dom0.name)


def parsed(text: str, where: str) -> Seen:
    """What the script said. Raises Code.FAILED for half of it: it never counts as no machines."""
    parts = _parts(text)
    if not parts or parts[-1][0] != ["whole"]:
        raise failure(where, Result(("sh",), 1, "", "the look at it was cut off"))
    found = Seen()
    listing = ""
    for words, body in parts:
        match words:
            case ["boot"]:
                found = msgspec.structs.replace(found, boot=body.strip())
            case ["domains"]:
                listing = body
            case ["code", code]:
                found = _domains(found, listing, int(code), where)
            case ["neighbours"]:
                found.addresses.update(neighbours(body))
            case ["leases"]:
                found.addresses.update(leases(body))
            case ["machine", name]:
                found = _machine(found, name, body, where)
            case ["end", name]:
                reasons = _END.findall(body)
                if "(crashed)" in body:
                    found.ends[name] = REASONS[3]
                elif reasons and int(reasons[-1]) in REASONS:
                    found.ends[name] = REASONS[int(reasons[-1])]
    return found


def _parts(text: str) -> list[tuple[list[str], str]]:
    found: list[tuple[list[str], str]] = []
    for line in text.splitlines():
        if line.startswith(f"{MARK} "):
            found.append((line.split()[1:], ""))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def _domains(found: Seen, listing: str, code: int, where: str) -> Seen:
    if code:
        error = failure(where, Result(("xl", "list"), code, "", listing))
        return msgspec.structs.replace(found, error=error)
    domains = {}
    for line in listing.splitlines():
        if known := _DOMAIN.match(line):
            each = known.groupdict()
            domain = Domain(
                name=each["name"],
                id=int(each["id"]),
                memory=int(each["memory"]),
                cpus=int(each["cpus"]),
                state=each["state"],
                uuid=each["uuid"],
            )
            domains[domain.uuid] = domain
    return msgspec.structs.replace(found, domains=domains)


def _machine(found: Seen, name: str, body: str, where: str) -> Seen:
    if not body.strip():
        return msgspec.structs.replace(found, half=(*found.half, name))
    try:
        found.records[name] = decode(body, f"{where}: {name}")
    except SeraiError as error:
        found.unreadable[name] = error.message
    return found


def neighbours(text: str) -> dict[str, str]:
    """MAC -> address of `ip -4 neigh`; what FAILED has no MAC."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if "lladdr" in words[:-1]:
            found[words[words.index("lladdr") + 1].lower()] = words[0]
    return found


def leases(text: str) -> dict[str, str]:
    """MAC -> address of files of dnsmasq's."""
    rows = (line.split() for line in text.splitlines())
    return {row[1].lower(): row[2] for row in rows if len(row) >= 4 and ":" in row[1]}
