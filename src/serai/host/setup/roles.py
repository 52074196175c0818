"""The roles that a host can be given: each with its plan, and the checks that tell whether it works."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from serai.host.facts.host import Facts
from serai.host.setup.asked import Asked
from serai.host.setup.containers import docker, lxc, podman
from serai.host.setup.dom0 import xen_dom0
from serai.host.setup.folders import nfs_folders
from serai.host.setup.machines import libvirt, qemu
from serai.host.setup.storage import nfs_storage
from serai.host.tunings.tuning import Planned
from serai.util.errors import Code, SeraiError, did_you_mean

Plan = Callable[[Facts, Asked], Planned]
"""Pure but for the facts. Raises SeraiError (Code.UNSUPPORTED, Code.INPUT) with the way out."""


class RoleSetup(msgspec.Struct, frozen=True, kw_only=True):
    """One role; `checks` are those that tell whether it works (checks/)."""

    id: str
    title: str
    plan: Plan
    checks: tuple[str, ...]
    guide: tuple[str, ...] = ()
    bridge: str = ""
    """The bridge that its guests join, where none is there yet; empty: it makes its own, or needs none."""


ROLES: dict[str, RoleSetup] = {
    role.id: role
    for role in (
        RoleSetup(
            id="qemu",
            title="virtual machines by QEMU",
            plan=qemu,
            checks=("kvm.access", "qemu.firmware", "qemu.swtpm", "qemu.virtiofsd", "qemu.passt"),
        ),
        RoleSetup(
            id="libvirt",
            title="virtual machines by libvirt and QEMU",
            plan=libvirt,
            checks=("lv.daemons", "lv.default-net", "lv.firewall"),
            guide=("LXC-4",),
        ),
        RoleSetup(
            id="lxc",
            title="system containers by LXC",
            plan=lxc,
            checks=("lxc.namespaces", "lxc.keys", "lxc.bridge", "lxc.templates", "lxc.subids"),
            guide=("LXC-1", "LXC-2", "LXC-4"),
        ),
        RoleSetup(
            id="docker",
            title="containers by Docker",
            plan=docker,
            checks=(
                "net.docker-forward",
                "net.docker-chains",
            ),
        ),
        RoleSetup(
            id="podman",
            title="containers by podman, without a daemon",
            plan=podman,
            checks=("podman.id-programs", "lxc.subids"),
        ),
        RoleSetup(
            id="nfs-storage",
            title="an NFS export for storage domains of oVirt",
            plan=nfs_storage,
            checks=("nfs.vdsm", "nfs.exports", "nfs.owner", "nfs.server"),
            guide=("GUI-3",),
        ),
        RoleSetup(
            id="nfs-folders",
            title="synced folders by NFS, without a question at each start",
            plan=nfs_folders,
            checks=("nfs.server",),
            guide=("VAG-13",),
        ),
        RoleSetup(
            id="xen-dom0",
            title="virtual machines by Xen: this system becomes its dom0",
            plan=xen_dom0,
            checks=("xen.booted", "xen.tools", "xen.backends", "xen.dom0", "xen.autoballoon", "xen.dom0-cpus"),
            guide=("XEN-1",),
            bridge="xenbr0",
        ),
    )
}
"""Every role by its id."""


def role_of(ident: str) -> RoleSetup:
    """The role of a name. Raises SeraiError (Code.INPUT) when there is none."""
    if ident not in ROLES:
        hint = did_you_mean(ident, list(ROLES)) or f"there are {', '.join(ROLES)}"
        raise SeraiError(Code.INPUT, f"there is no role {ident}", hint=hint)
    return ROLES[ident]
