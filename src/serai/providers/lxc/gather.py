"""Looks at the host for what a configuration needs: bridges, control groups, ids, devices, files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from serai.providers.contract import Materials, Scope
from serai.providers.first_process import Process, env_lines
from serai.providers.identity import mac_address
from serai.providers.idmap import idmap as idmap
from serai.providers.lxc import bridges
from serai.providers.lxc.place import CONSOLE_LOG
from serai.providers.lxc.site import Bind, Card, Node, Site
from serai.providers.own_files import place
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import MacvtapMode, Network, Nic, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError

MOUNTS = "/proc/self/mounts"
LIVE_FOLDERS = (FolderType.NINEP, FolderType.VIRTIOFS, FolderType.NFS, FolderType.SSHFS)
"""What a machine sees live is a bind of the container's."""


def site_for(
    scope: Scope,
    machine: Machine,
    materials: Materials,
    directory: Path,
    *,
    base: str = "",
    process: Process | None = None,
) -> Site:
    """All of it. Raises Code.MISSING for a bridge, a device or a source that is not there."""
    box = machine.container or Container()
    return Site(
        hostname=machine.hostname or machine.name,
        base=base,
        cards=tuple(cards(scope, machine, materials)),
        binds=tuple(binds(scope, machine, directory)),
        nodes=tuple(_node(machine, word) for word in box.devices),
        cgroups=cgroups(),
        idmap=idmap(machine),
        environment=(*(process.env if process else ()), *env_lines(machine, scope.root)),
        process=process or Process(),
        console=str(directory / CONSOLE_LOG),
        apparmor=apparmor(),
    )


def first_card(machine: Machine) -> UplinkNic:
    """What is said of the uplink; without a word, its defaults."""
    return next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())


def cards(scope: Scope, machine: Machine, materials: Materials) -> Iterator[Card]:
    """eth0 is the uplink alone: guests ask there for an address, and forget others. The rest is from eth1 on."""
    mode = machine.container.network_mode if machine.container else None
    if mode in ("host", "none"):
        yield Card(kind="none" if mode == "host" else "empty")
        return
    found = [_uplink(scope, machine), *(_other(scope, machine, materials, nic) for nic in machine.networks)]
    made = [card for card in found[1:] if card is not None]
    if found[0] is None and not made:
        yield Card(kind="empty")
    for number, card in enumerate((found[0], *made)):
        if card is None:
            continue
        yield Card(
            kind=card.kind,
            name=f"eth{number}",
            link=card.link,
            mode=card.mode,
            mac=card.mac or mac_address(scope.project_id, machine.name, number),
            mtu=card.mtu,
            address=card.address,
            gateway=card.gateway,
        )


def _uplink(scope: Scope, machine: Machine) -> Card | None:
    nic = first_card(machine)
    if nic.type is UplinkType.NONE:
        return None
    return Card(link=bridges.uplink(nic.network_name or ""), mac=nic.mac or "", mtu=nic.mtu)


def _other(scope: Scope, machine: Machine, materials: Materials, nic: Nic) -> Card | None:
    if nic.public:
        return _public(nic.public)
    if not nic.private:
        return None
    network = materials.networks.get(nic.private.network, Network())
    first = first_card(machine).type is UplinkType.NONE and network.mode in bridges.ROUTED
    return Card(
        link=bridges.bridge_of(scope, nic.private.network, network),
        mac=nic.private.mac or "",
        mtu=nic.private.mtu or network.mtu,
        address=materials.addresses.get(nic.private.network, ""),
        gateway=bridges.gateway(network).partition("/")[0] if first else "",
    )


def _public(nic: PublicNic) -> Card:
    """A bridge of the host, or a macvlan on a device."""
    more = {"mac": nic.mac or "", "mtu": nic.mtu, "address": nic.address or "", "gateway": nic.gateway or ""}
    if nic.bridge:
        return Card(link=nic.bridge, **more)  # type: ignore[arg-type]
    mode = "passthru" if nic.mode is MacvtapMode.PASSTHROUGH else str(nic.mode)
    return Card(kind="macvlan", link=nic.dev or "", mode=mode, **more)  # type: ignore[arg-type]


def binds(scope: Scope, machine: Machine, directory: Path) -> Iterator[Bind]:
    """Its hosts file, shared directories, volumes, small files."""
    box = machine.container or Container()
    yield Bind(source=str(directory / "hosts"), target="/etc/hosts", file=True)
    if box.dns or box.dns_search:
        yield Bind(source=str(directory / "resolv.conf"), target="/etc/resolv.conf", file=True)
    for folder in machine.synced_folders:
        if folder.type in LIVE_FOLDERS:
            yield Bind(
                source=str(place(folder.source, scope.root)), target=folder.target, readonly=folder.readonly
            )
    for volume in box.volumes:
        if volume.kind is VolumeType.BIND:
            source = place(volume.source or "", scope.root)
            yield Bind(
                source=str(source),
                target=volume.target,
                file=source.is_file(),
                readonly=volume.read_only,
                propagation=str(volume.propagation or ""),
            )
    for number, file in enumerate(box.files):
        yield Bind(source=str(directory / "files" / str(number)), target=file.target, file=True)


def _node(machine: Machine, text: str) -> Node:
    """`/dev/fuse`, `/dev/sda:/dev/xvda:r`: the device's numbers are what the container may use."""
    parts = text.split(":")
    source, target = parts[0], parts[1] if len(parts) > 1 else parts[0]
    try:
        seen = os.stat(source)  # noqa: PTH116 - st_rdev alone
    except OSError as error:
        raise SeraiError(
            Code.MISSING, f"{machine.name}: container.devices: {source}: {error.strerror}", hint="ls /dev"
        ) from error
    kind = "b" if stat.S_ISBLK(seen.st_mode) else "c"
    rights = parts[2] if len(parts) > 2 else "rwm"
    return Node(source, target, f"{kind} {os.major(seen.st_rdev)}:{os.minor(seen.st_rdev)} {rights}")


def cgroups(mounts: str = MOUNTS) -> dict[str, int]:
    """Controller -> 1 or 2, of this host. Both at once is what systemd calls hybrid. Source: cgroups(7)."""
    found: dict[str, int] = {}
    for line in Path(mounts).read_text().splitlines():
        fields = line.split()
        if len(fields) < 4:
            continue
        if fields[2] == "cgroup":
            names = fields[3].split(",")
            found |= {name: 1 for name in names if name in CONTROLLERS}
        elif fields[2] == "cgroup2":
            try:
                there = (Path(fields[1]) / "cgroup.controllers").read_text().split()
            except OSError:
                continue
            found |= {name: 2 for name in (*there, "devices") if name not in found}
    return found


APPARMOR = Path("/sys/module/apparmor/parameters/enabled")


def apparmor() -> bool:
    """Whether this kernel confines by AppArmor. Without it LXC is told nothing of it: some distributions build it
    without AppArmor, and then it refuses the keys. Source: LXC, src/lxc/confile.c, set_config_apparmor_profile.
    """
    try:
        return APPARMOR.read_text().startswith("Y")
    except OSError:
        return False


CONTROLLERS = ("cpu", "cpuset", "memory", "devices", "freezer", "pids", "blkio", "hugetlb")
