"""What a machine asks of the daemon's host that is not there: looked up where that is this host."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from serai.providers import host_devices
from serai.providers.host_files import Below
from serai.providers.interfaces import is_there
from serai.providers.libvirt.refusal import refuse
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

VSOCK = "dev/vhost-vsock"
VHOST_USER = ("usr/share/qemu/vhost-user", "etc/qemu/vhost-user")
"""Where programs that serve a device are described. Source: QEMU, docs/interop/vhost-user.json."""
JOINS = ("bridge", "dev", "tap")
"""Keys of a public network that name a device of the host."""


def check(machine: Machine, root: Path = Path("/"), *, privileged: bool = True) -> Iterator[SeraiError]:
    """All of it. `root`: of the host's files. `privileged`: the daemon is root."""
    for key, why, way_out, code in host_devices.problems(machine, Below(root), managed=True):
        yield refuse(key, why, way_out, code)
    if machine.devices.vsock and not (root / VSOCK).exists():
        yield refuse("devices.vsock", f"there is no /{VSOCK}", "as root: modprobe vhost_vsock", Code.MISSING)
    if machine.memory.hugepages and not _mounted(root, "hugetlbfs"):
        way_out = "as root: serai host tune hugepages --for serai.yaml mounts it; then restart libvirt"
        yield refuse("memory.hugepages", "no hugetlbfs is mounted", way_out, Code.MISSING)
    elif machine.memory.hugepages and not privileged and not _told(session_settings(), "hugetlbfs_mount"):
        why = f"a session looks for no hugetlbfs: {session_settings()} does not state hugetlbfs_mount"
        yield refuse("memory.hugepages", why, "providers.libvirt.uri: qemu:///system", Code.MISSING)
    for number, folder in enumerate(machine.synced_folders):
        if folder.type is FolderType.VIRTIOFS and not _virtiofsd(root, privileged):
            way_out = "install it: apt install virtiofsd, or type: 9p"
            yield refuse(f"synced_folders[{number}].type", "virtiofsd is not there", way_out, Code.MISSING)
    yield from _joined(machine, root)


def _virtiofsd(root: Path, privileged: bool) -> bool:
    """Whether there is a program that libvirt would start for a share."""
    places = [root / place for place in VHOST_USER]
    if not privileged:
        places.append(_config() / "qemu/vhost-user")
    return any(_serves(root, file) for place in places for file in place.glob("*.json"))


def _serves(root: Path, file: Path) -> bool:
    """Whether a description is that of a server of files, which is there."""
    try:
        said = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    if not isinstance(said, dict) or said.get("type") != "fs":
        return False
    program = root / str(said.get("binary", "")).lstrip("/")
    return program.is_file() and os.access(program, os.X_OK)


def _config() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser())


def session_settings() -> Path:
    """What a session's QEMU driver is told. Source: libvirt, src/qemu/qemu_conf.c, virQEMUDriverConfigNew."""
    return _config() / "libvirt" / "qemu.conf"


def _told(settings: Path, name: str) -> bool:
    """Whether a line of the file sets `name`."""
    try:
        lines = settings.read_text().splitlines()
    except OSError:
        return False
    return any(line.partition("=")[0].strip() == name for line in lines)


def _joined(machine: Machine, root: Path) -> Iterator[SeraiError]:
    """An Open vSwitch bridge is a device of the host, too, where its kernel part is used."""
    for number, nic in enumerate(machine.networks):
        for key in JOINS:
            name = getattr(nic.public, key) if nic.public else None
            if name and not is_there(name, root):
                why = f"the host has no {'device' if key == 'dev' else key} {name}"
                yield refuse(f"networks[{number}].public.{key}", why, "ip link lists what there is", Code.MISSING)


def _mounted(root: Path, kind: str) -> bool:
    """Whether a file system of that kind is. Source: proc(5), mountinfo."""
    try:
        lines = (root / "proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return True  # not known: libvirt will say
    return any(line.partition(" - ")[2].split(" ", 1)[0] == kind for line in lines)
