"""Looks at libvirt and the host for what a container's XML needs: networks, addresses, files, devices."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from serai.providers.card_address import card_address
from serai.providers.contract import Materials, Scope
from serai.providers.first_process import env_lines
from serai.providers.idmap import idmap
from serai.providers.libvirt import ledger, links, networks, record, subnets
from serai.providers.libvirt.containers.site import Bind, Node, Site
from serai.providers.libvirt.define import UPLINK
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.site import Link, LinkKind
from serai.providers.own_files import place
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

ARCHES = {"amd64": "x86_64", "arm64": "aarch64"}
ROOTFS = "rootfs"
"""Of the machine's directory: its root filesystem."""
LIVE_FOLDERS = (FolderType.NINEP, FolderType.VIRTIOFS, FolderType.NFS, FolderType.SSHFS)
"""What a machine sees live is a bind of the container's."""


def site_for(conn: Any, scope: Scope, machine: Machine, state: Record, materials: Materials) -> Site:
    """All of it. Raises Code.MISSING for a source or a device that is not there."""
    box = machine.container or Container()
    directory = ledger.directory_of(scope, machine.name)
    found = cards(conn, scope, machine, materials)
    return Site(
        name=state.domain,
        uuid=state.uuid,
        metadata=record.encode(state),
        arch=ARCHES[host_arch()],
        root=str(directory / ROOTFS),
        memory=conn.getInfo()[1] << 20,
        links=found,
        addresses=dict(addresses(machine, state, found)),
        gateway=gateway(conn, found, state),
        binds=tuple(binds(scope, machine, directory)),
        nodes=tuple(_node(machine, word) for word in box.devices),
        environment=tuple(env_lines(machine, scope.root)),
        process=state.process,
        idmap=idmap(machine),
    )


def cards(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> tuple[Link, ...]:
    """None where the spec wants no network."""
    if machine.container and machine.container.network_mode == "none":
        return ()
    return links.links_of(conn, scope, machine, materials.networks)


def addresses(machine: Machine, state: Record, found: tuple[Link, ...]) -> Iterator[tuple[int, str]]:
    """Number of the card -> the address that libvirt gives it: nobody in a container need ask for one."""
    for number, link in enumerate(found):
        nic = machine.networks[link.index] if link.index >= 0 else None
        if nic is None or nic.uplink:
            address = state.addresses.get(UPLINK, "")
        elif nic.private:
            address = card_address(nic.private, state.addresses)
        else:
            address = (nic.public.address if nic.public else None) or ""
        if address:
            yield number, address


def gateway(conn: Any, found: tuple[Link, ...], state: Record) -> str:
    """The address of the host on the network of the first card, where that is the way out."""
    if not found or found[0].kind is not LinkKind.NETWORK or UPLINK not in state.addresses:
        return ""
    network = networks.find(conn, found[0].source)
    if network is None:
        return ""
    ip = subnets.parse(network).find("ip")
    return ip.get("address", "") if ip is not None else ""


def binds(scope: Scope, machine: Machine, directory: Path) -> Iterator[Bind]:
    """Its hosts file, shared directories, volumes, small files."""
    box = machine.container or Container()
    yield Bind(str(directory / "hosts"), "/etc/hosts")
    if box.dns or box.dns_search:
        yield Bind(str(directory / "resolv.conf"), "/etc/resolv.conf")
    for folder in machine.synced_folders:
        if folder.type in LIVE_FOLDERS:
            yield Bind(str(place(folder.source, scope.root)), folder.target, folder.readonly)
    for volume in box.volumes:
        if volume.kind is VolumeType.BIND:
            yield Bind(str(place(volume.source or "", scope.root)), volume.target, volume.read_only)
    for number, file in enumerate(box.files):
        yield Bind(str(directory / "files" / str(number)), file.target)


def _node(machine: Machine, word: str) -> Node:
    path = word.partition(":")[0]
    try:
        seen = os.stat(path)  # noqa: PTH116 - its mode alone
    except OSError as error:
        raise SeraiError(
            Code.MISSING, f"{machine.name}: container.devices: {path}: {error.strerror}", hint="ls /dev"
        ) from error
    return Node(path, stat.S_ISBLK(seen.st_mode))
