"""Whether the user that guests run as can open a machine's files: said before the start, with the fix.

libvirt gives the files themselves to that user; the directories above them it leaves alone, and a home of mode
0700 is closed to it.
"""

from __future__ import annotations

import os
import pwd
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from serai.providers.contract import Scope
from serai.providers.libvirt import engine
from serai.providers.libvirt.bases import files_of
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import is_remote, is_session, is_test
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

EXECUTE = 1
ACL = "system.posix_acl_access"
# struct posix_acl_xattr_entry: tag, permissions, id. Source: linux, uapi/linux/posix_acl_xattr.h.
ENTRY = struct.Struct("<HHI")
ACL_HEADER = 4
USER_TAG, GROUP_TAG, MASK_TAG = 0x02, 0x08, 0x10


def check(conn: Any, scope: Scope, machine: Machine, domain: Any) -> None:
    """Raise Code.REFUSED, naming directory and command, when a file of the domain is out of the guests' reach."""
    uri = conn.getURI()
    if is_remote(uri) or is_session(uri) or is_test(uri):
        return  # on another host libvirt says it itself; in a session guests are ours
    user, group = engine.qemu_user(uri)
    if user == 0:
        return
    libvirt = library()
    for path in sorted(files_of(domain) | shared_of(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))):
        if closed := closed_directory(Path(path), user, group):
            who = name_of(user)
            raise SeraiError(
                Code.REFUSED,
                f"{machine.name}: guests run as {who}, who may not enter {closed}, and {path} is in it",
                hint=f"setfacl -m u:{who}:x {closed}, or keep the file in a storage pool",
            )


def shared_of(text: str) -> set[str]:
    """What is in each directory that QEMU itself shares by 9p; virtiofsd runs as root."""
    shares = ElementTree.fromstring(text).iterfind("devices/filesystem")
    by_qemu = (share for share in shares if share.find("driver[@type='virtiofs']") is None)
    return {f"{source.get('dir')}/*" for share in by_qemu if (source := share.find("source")) is not None}


def closed_directory(path: Path, user: int, group: int) -> Path | None:
    """The first directory above `path` that the user may not enter; None: all are open."""
    for directory in reversed(path.parents):
        try:
            if not may_enter(directory, user, group):
                return directory
        except (FileNotFoundError, PermissionError):
            return None  # not ours to judge: the start will tell
    return None


def may_enter(directory: Path, user: int, group: int) -> bool:
    """By owner, ACL, group and mode. Source: acl(5), access check algorithm."""
    status = directory.stat()
    mode = status.st_mode
    if status.st_uid == user:
        return bool(mode & 0o100)
    entries = list(acl(directory))
    mask = next((allowed for tag, allowed, _ in entries if tag == MASK_TAG), 7)
    for tag, allowed, number in entries:
        if tag == USER_TAG and number == user:
            return bool(allowed & mask & EXECUTE)
    groups = set(os.getgrouplist(name_of(user), group)) if known(user) else {group}
    granted = [allowed & mask for tag, allowed, number in entries if tag == GROUP_TAG and number in groups]
    if status.st_gid in groups:
        granted.append((mode >> 3) & mask if not entries else (mode >> 3) & 7)
    if granted:
        return any(allowed & EXECUTE for allowed in granted)
    return bool(mode & 0o001)


def acl(directory: Path) -> Iterator[tuple[int, int, int]]:
    """Tag, permissions and number of each entry of the directory's ACL; none where it has none."""
    try:
        data = os.getxattr(directory, ACL)
    except OSError:
        return
    yield from ENTRY.iter_unpack(data[ACL_HEADER:])


def known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def name_of(user: int) -> str:
    """Its name, or its number where it has none."""
    return pwd.getpwuid(user).pw_name if known(user) else str(user)
