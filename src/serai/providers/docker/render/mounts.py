"""Mounts: binds of the host, volumes, file systems in memory. Source: moby, api/swagger.yaml, Mount."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from serai.providers.docker.render.site import Site
from serai.spec.container import Container
from serai.spec.container_parts import Volume, VolumeType
from serai.spec.machine import Machine
from serai.util.paths import expanduser


def mounts(machine: Machine, container: Container, site: Site) -> list[dict[str, Any]]:
    """Volumes as stated, synced folders as binds, and files that lie beside the container."""
    found = [_volume(each, site) for each in container.volumes]
    for folder in machine.synced_folders:
        bind = {"Type": "bind", "Source": on_host(folder.source, site.root), "Target": folder.target}
        found.append({**bind, "ReadOnly": True} if folder.readonly else bind)
    for source, target in site.binds:
        found.append({"Type": "bind", "Source": source, "Target": target, "ReadOnly": True})
    return found


def on_host(path: str, root: Path) -> str:
    """A path of the project file on the host."""
    return os.path.normpath(root / expanduser(path))


def _volume(volume: Volume, site: Site) -> dict[str, Any]:
    found: dict[str, Any] = {"Type": str(volume.kind), "Target": volume.target}
    if volume.kind is VolumeType.BIND:
        found["Source"] = on_host(volume.source or "", site.root)
        if volume.propagation:
            found["BindOptions"] = {"Propagation": str(volume.propagation)}
    elif volume.kind is VolumeType.TMPFS:
        if volume.size is not None:
            found["TmpfsOptions"] = {"SizeBytes": volume.size}
    else:
        if volume.name:
            found["Source"] = site.volumes.get(volume.name, volume.name)
        if volume.nocopy:
            found["VolumeOptions"] = {"NoCopy": True}
    if volume.read_only:
        found["ReadOnly"] = True
    return found


def tmpfs(container: Container) -> dict[str, str]:
    """`/run:size=64m,mode=1777` by path."""
    return {path: options for path, _, options in (each.partition(":") for each in container.tmpfs)}
