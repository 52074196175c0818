"""Directories of projects that are exported by NFS: in the words of exports(5), and of nfs-ganesha (VAG-13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import msgspec

USUAL = ("no_subtree_check", "all_squash")
"""Of an export, beside rw or ro: everything that a guest does there is done as one user."""
IDS = 65535
"""Of exports. Source: ganesha-export-config(8), Export_Id."""
PROGRAM = "/usr/local/libexec/serai-exports"
"""What `serai host setup nfs-folders` lets a user call without a password."""


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A directory for one machine, whose address is `client`."""

    path: str
    client: str
    uid: int
    gid: int
    readonly: bool = False
    options: tuple[str, ...] = ()
    """In place of the usual ones."""
    version: str = ""
    """Of NFS, where the file states one."""

    @property
    def words(self) -> tuple[str, ...]:
        """Options of exports(5). `insecure`: a guest behind a NAT comes from no reserved port."""
        own = self.options or ("ro" if self.readonly else "rw", *USUAL)
        ids = (
            ()
            if any(word.startswith("anonuid=") for word in own)
            else (f"anonuid={self.uid}", f"anongid={self.gid}")
        )
        return tuple(dict.fromkeys((*own, *ids, "insecure")))


def drop_in(exports: Iterable[Export], project: str) -> str:
    """A file of /etc/exports.d."""
    rows: dict[str, list[str]] = {}
    for each in exports:
        rows.setdefault(each.path, []).append(f"{each.client}({','.join(each.words)})")
    lines = [f'"{path}" {" ".join(dict.fromkeys(clients))}' for path, clients in sorted(rows.items())]
    return "\n".join([f"# Written by serai for the project {project}: removed with its last machine.", *lines, ""])


def asked(exports: Iterable[Export]) -> str:
    """What PROGRAM reads: a line an export. It exports as who calls it, with no other options."""
    return "".join(f"{'ro' if each.readonly else 'rw'}\t{each.client}\t{each.path}\n" for each in exports)


def ganesha(exports: Sequence[Export], *, port: int, address: str, place: str) -> str:
    """The configuration of a nfs-ganesha of the project's own: version 4 by TCP, one port, no other protocol.

    `address` is where it listens, `place` its own directory. Source: ganesha-config(8), ganesha-core-config(8),
    ganesha-export-config(8).
    """
    core = f"""NFS_CORE_PARAM {{
  NFS_Port = {port};
  Bind_addr = {address};
  Protocols = 4;
  NFS_Protocols = 4;
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = false;
}}
NFSv4 {{
  Graceless = true;
  RecoveryRoot = "{place}";
  Only_Numeric_Owners = true;
}}
"""
    rows: dict[str, list[Export]] = {}
    for each in exports:
        rows.setdefault(each.path, []).append(each)
    return core + "".join(_block(number, path, rows[path]) for path, number in _numbers(rows).items())


def _numbers(paths: Iterable[str]) -> dict[str, int]:
    """A number for each path, which stays when others come and go: by it a running server knows them again."""
    found: dict[str, int] = {}
    for path in sorted(paths):
        number = crc32(path.encode()) % IDS + 1
        while number in found.values():
            number = number % IDS + 1
        found[path] = number
    return found


def _block(number: int, path: str, exports: Sequence[Export]) -> str:
    first = exports[0]
    squash = "All_Squash" if "all_squash" in first.words else "No_Root_Squash"
    clients = "".join(
        f"  CLIENT {{ Clients = {each.client}; Access_Type = {'RO' if 'ro' in each.words else 'RW'}; }}\n"
        for each in exports
    )
    return f"""EXPORT {{
  Export_Id = {number};
  Path = "{path}";
  Pseudo = "{path}";
  Access_Type = NONE;
  Squash = {squash};
  Anonymous_Uid = {first.uid};
  Anonymous_Gid = {first.gid};
  SecType = sys;
  PrivilegedPort = false;
  Protocols = 4;
  Transports = TCP;
{clients}  FSAL {{ Name = VFS; }}
}}
"""
