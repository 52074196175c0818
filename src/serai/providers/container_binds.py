"""Files, directories and devices of the host that a container sees, by what its file says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from serai.providers.contract import Scope
from serai.providers.own_files import place
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

LIVE_FOLDERS = (FolderType.NINEP, FolderType.VIRTIOFS, FolderType.NFS, FolderType.SSHFS)
"""What a machine sees live is a bind of the container's."""


class Bind(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or directory of the host in the container."""

    source: str
    target: str
    """Absolute."""
    file: bool = False
    readonly: bool = False
    propagation: str = ""


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """A device of the host."""

    source: str
    target: str
    rule: str
    """`c 10:229 rwm`"""


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


def node(machine: Machine, text: str) -> Node:
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
