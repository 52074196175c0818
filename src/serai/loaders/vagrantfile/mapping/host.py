"""What the mapping asks of the host: which interfaces there are, whether a system's libvirt and virtiofs are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

SYSTEM_SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
VIRTIOFSD = ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/libexec/qemu/virtiofsd")


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a host. The default is a host with nothing, which is what a file alone can count on."""

    interfaces: Mapping[str, bool] = {}
    """Network devices by name; true is a bridge."""
    libvirt: bool = False
    """A system's libvirt answers, and this person may use it."""
    virtiofs: bool = False
    nfs: bool = False
    """It can export directories."""


def look(root: Path = Path("/")) -> Host:
    """The host as it is: a few looks into the file system, no program."""
    return Host(
        interfaces=_interfaces(root / "sys/class/net"),
        libvirt=bool(os.environ.get("LIBVIRT_DEFAULT_URI"))
        or any(_may_use(root, path) for path in SYSTEM_SOCKETS),
        nfs=_serves_nfs(root),
        virtiofs=any((root / path.lstrip("/")).is_file() for path in VIRTIOFSD),
    )


def _serves_nfs(root: Path) -> bool:
    """By the kernel's server, or by nfs-ganesha."""
    try:
        if "\tnfsd\n" in (root / "proc/filesystems").read_text():
            return True
    except OSError:
        pass
    return (root / "usr/bin/ganesha.nfsd").exists()


def _interfaces(directory: Path) -> dict[str, bool]:
    try:
        found = sorted(directory.iterdir())
    except OSError:
        return {}
    return {path.name: (path / "bridge").is_dir() for path in found if path.is_dir()}


def _may_use(root: Path, path: str) -> bool:
    """A daemon that has ended may have left its socket: only one that takes a connection counts."""
    place = root / path.lstrip("/")
    if not os.access(place, os.R_OK | os.W_OK):
        return False
    import socket

    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(0.2)
        try:
            probe.connect(str(place))
        except OSError:
            return False
    return True
