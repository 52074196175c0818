"""firewalld's zones for the bridges of guests and containers (NET-5, DOC-6)."""

from __future__ import annotations

from serai.host.changes.setting import ProgramSetting
from serai.host.facts import firewalld
from serai.host.facts.host import Facts
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.errors import Code, SeraiError

TABLE = Table()


@TABLE.tuning(
    "firewalld-zones",
    "bridges of guests are in the zones that let them live",
    why="firewalld puts a bridge that nobody named into its default zone, which refuses: guests get no address "
    "and no names, containers reach nothing. libvirt and docker bring zones of their own; what podman and LXC "
    "make belongs in `trusted`. It is set now, and for each start of firewalld.",
    repairs=("net.firewalld",),
    when_not="Guests must not reach the host: then a zone of your own is right.",
    old="systemctl stop firewalld; or the bridge in `trusted` for all, so that the host is open to its guests.",
    source="firewall-cmd(1): --change-interface; libvirt, firewall; docker, packet filtering: firewalld",
    guide=("NET-5", "DOC-6"),
)
def firewalld_zones(facts: Facts, asked: Asked) -> Planned:
    if not facts.source.program("firewall-cmd"):
        raise SeraiError(Code.MISSING, "there is no firewalld here", hint="serai host check net.firewalld")
    wanted = firewalld.belongs(facts.network)
    if not wanted:
        return Planned(notes=("there is no bridge of libvirt's, docker's, podman's or LXC's",))
    _, found = firewalld.zones(facts.source)
    wrong = {name: right[0] for name, right in wanted.items() if found.get(name) not in right}
    changes = tuple(_zone(name, zone, how) for name, zone in wrong.items() for how in ((), ("--permanent",)))
    return Planned(changes=changes)


def _zone(link: str, zone: str, how: tuple[str, ...]) -> ProgramSetting:
    """`firewall-cmd` ends with 2 and says `no zone` where there is none."""
    tool = ("firewall-cmd", *how)
    return ProgramSetting(
        name=f"firewalld's zone of {link}{', at its start' if how else ''}",
        value=zone,
        ask=(*tool, f"--get-zone-of-interface={link}"),
        shows=r"^(?!no zone)(\S+)$",
        set=(*tool, "--zone={}", f"--change-interface={link}"),
        unset=(*tool, f"--zone={zone}", f"--remove-interface={link}"),
    )
