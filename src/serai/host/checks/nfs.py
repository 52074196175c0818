"""Checks of a host of storage for oVirt: the ids, the exports, their owner, and who serves them (GUI-3)."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, passed, warn
from serai.host.facts.host import Facts
from serai.host.facts.source import Reading
from serai.host.wants import Role

TABLE = Table()
STORAGE = (Role.NFS_STORAGE,)
VDSM = 36
"""The id of oVirt's user vdsm and of its group kvm. Source: oVirt, administration guide, system accounts."""
SETUP = "serai host setup nfs-storage"
EXPORTS = "/etc/exports"


def _exports(facts: Facts) -> list[Reading]:
    """One reading for each exported directory: its file, and its line. Source: exports(5)."""
    names = [name for name in facts.source.names("/etc/exports.d") if name.endswith(".exports")]
    files = [facts.read(path) for path in (EXPORTS, *(f"/etc/exports.d/{name}" for name in names))]
    return [
        Reading(file.path, line.strip())
        for file in files
        for line in file.lines
        if line.strip().startswith(("/", '"/'))
    ]


def _directory(export: Reading) -> str:
    found = re.match(r'"([^"]+)"|(\S+)', export.text)
    return (found[1] or found[2]) if found else ""


@TABLE.row(
    "nfs.vdsm",
    "oVirt's user and group for storage are there",
    reads="/etc/passwd, /etc/group",
    worst=Outcome.FAIL,
    why="oVirt mounts exports as vdsm (36) of kvm (36); files of others are refused.",
    next="serai host setup nfs-storage",
    undo="serai host undo setup-nfs-storage",
    source="oVirt, preparing NFS storage",
    guide=("GUI-3",),
    roles=STORAGE,
)
def vdsm(facts: Facts) -> Finding:
    if Role.NFS_STORAGE not in facts.wants.roles:
        return not_applicable("/etc/passwd", "asked for storage of oVirt: --role nfs-storage")
    seen = facts.read("/etc/passwd")
    entry = next((line for line in seen.lines if line.startswith("vdsm:")), "")
    if entry.split(":")[2:4] == ["36", "36"]:
        return passed(seen, entry)
    return fail(seen, "oVirt refuses storage that is not of 36:36", entry or "no vdsm")


@TABLE.row(
    "nfs.exports",
    "a directory is exported for writing",
    reads="/etc/exports, /etc/exports.d/*.exports",
    worst=Outcome.FAIL,
    why="A storage domain is a directory that oVirt's hosts mount and write to.",
    next=SETUP,
    undo="serai host undo setup-nfs-storage",
    source="oVirt, preparing NFS storage; exports(5)",
    guide=("GUI-3",),
    roles=STORAGE,
)
def exports(facts: Facts) -> Finding:
    if Role.NFS_STORAGE not in facts.wants.roles:
        return not_applicable(EXPORTS, "asked for storage of oVirt: --role nfs-storage")
    found = _exports(facts)
    if not found:
        return fail(EXPORTS, "nothing is exported", "no directory")
    written = [each for each in found if re.search(r"[(,]rw[,)]", each.text)]
    if not written:
        return fail(found[0], "oVirt cannot write to it", _directory(found[0]))
    return passed(written[0], ", ".join(map(_directory, written)))


@TABLE.row(
    "nfs.owner",
    "exported directories belong to 36:36",
    reads="the exported directories",
    worst=Outcome.FAIL,
    why="oVirt attaches a domain only where vdsm may write: 36:36, mode 0755.",
    next="chown 36:36 DIR; chmod 0755 DIR",
    old="chmod 777: then everybody on the network may write to the disks of all guests.",
    source="oVirt, preparing NFS storage",
    guide=("GUI-3",),
    roles=STORAGE,
)
def owner(facts: Facts) -> Finding:
    if Role.NFS_STORAGE not in facts.wants.roles:
        return not_applicable(EXPORTS, "asked for storage of oVirt: --role nfs-storage")
    places = [_directory(each) for each in _exports(facts)]
    for place in places:
        said = facts.source.ask("owner", place)
        if said == "absent":
            return fail(place, "it is exported, and not there", "not there", next=f"{SETUP} --path {place}")
        uid, gid, mode = said.split()
        if (uid, gid) != (str(VDSM), str(VDSM)):
            return fail(place, "vdsm cannot write there", said, next=f"chown 36:36 {place}")
        if int(mode, 8) & 0o002:
            return warn(place, "everybody may write there", said, next=f"chmod 0755 {place}")
        if int(mode, 8) & 0o755 != 0o755:
            return fail(place, "oVirt wants 0755", said, next=f"chmod 0755 {place}")
    return passed(", ".join(places), "36:36") if places else not_applicable(EXPORTS, "nothing is exported")


@TABLE.row(
    "nfs.server",
    "NFS is served, and will be after a reboot",
    reads="/proc/*/comm, links of nfs-server.service",
    worst=Outcome.FAIL,
    why="Guests whose disks are on a domain stop when it goes.",
    next="systemctl enable --now nfs-server",
    source="nfsd(7), nfs.systemd(7)",
    guide=("GUI-3",),
    roles=STORAGE,
)
def server(facts: Facts) -> Finding:
    if Role.NFS_STORAGE not in facts.wants.roles:
        return not_applicable("/proc/*/comm", "asked for storage of oVirt: --role nfs-storage")
    found = [name for name in ("nfsd", "ganesha.nfsd") if facts.services.runs(name)]
    if not found:
        return fail("/proc/*/comm", "nobody serves NFS", "no nfsd, no ganesha.nfsd", next=SETUP)
    units = ("nfs-server.service", "nfs-kernel-server.service", "nfsserver.service", "nfs-ganesha.service")
    if not any(facts.services.enabled(unit) for unit in units):
        return warn("/etc/systemd/system", "it is not served after a reboot", f"{found[0]} runs")
    return passed("/proc/*/comm", found[0])
