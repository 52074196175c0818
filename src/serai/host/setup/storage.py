"""A host of storage: a directory exported by NFS as oVirt wants it (GUI-3)."""

from __future__ import annotations

from serai.host.changes.directory import MakeDirectory
from serai.host.changes.file import WriteFile
from serai.host.changes.service import Service
from serai.host.changes.user import GROUP, MakeGroup, MakeUser, field, holder
from serai.host.facts.host import Facts
from serai.host.setup.asked import Asked, installed
from serai.host.setup.offer import family_of
from serai.host.tunings.tuning import Planned
from serai.util.errors import Code, SeraiError

VDSM, KVM = 36, 36
"""The ids of oVirt's user vdsm and its group kvm. Source: oVirt, administration guide, system accounts."""


def nfs_storage(facts: Facts, asked: Asked) -> Planned:
    """An export that belongs to 36:36, mode 0755, where everybody writes as 36:36.

    Source: oVirt, administration guide, preparing NFS storage. Raises SeraiError (Code.INPUT) for no path.
    """
    reach = facts.source.reach
    group, notes = "kvm", []
    other = field(reach, GROUP, group, 2)
    if other and other != str(KVM) and holder(reach, GROUP, KVM) in ("", "vdsm"):
        group = "vdsm"
        notes.append(f"the group kvm is {other} here, for /dev/kvm: the group of the id {KVM} is called vdsm")
    name = asked.path.strip("/").replace("/", "-")
    if not asked.path.startswith("/") or not name:
        raise SeraiError(Code.INPUT, f"--path {asked.path}: no path of a directory", hint="--path /exports/data")
    options = f"(rw,sync,no_subtree_check,all_squash,anonuid={VDSM},anongid={KVM})"
    allowed = " ".join(f"{client}{options}" for client in ("localhost", *asked.clients.split()))
    text = f"# Written by serai host setup nfs-storage.\n{_quoted(asked.path)} {allowed}\n"
    changes = (
        installed(facts, "nfs-storage"),
        MakeGroup(name=group, gid=KVM, users=("vdsm",)),
        MakeUser(name="vdsm", uid=VDSM, gid=KVM, comment="oVirt storage"),
        MakeDirectory(path=asked.path, mode=0o755, uid=VDSM, gid=KVM),
        WriteFile(path=f"/etc/exports.d/90-serai-{name}.exports", text=text, runs=("exports",)),
        Service(unit="nfs-server.service", process="nfsd", start=nfs_by_hand(facts)),
    )
    notes.append(f"these may mount it, and write as {VDSM}:{KVM}: {asked.clients}; --clients names others")
    return Planned(changes=changes, notes=tuple(notes))


def nfs_by_hand(facts: Facts) -> tuple[str, ...]:
    """Without systemd: Debian's own script, else nfsd's threads alone."""
    script = "/etc/init.d/nfs-kernel-server"
    return (script, "start") if family_of(facts.system) == "debian" else ("rpc.nfsd", "8")


def _quoted(path: str) -> str:
    """Source: exports(5): blanks in a name are put between quotes."""
    return f'"{path}"' if " " in path else path
