"""The proof of an export: it is mounted on this host, written to as oVirt does it, and seen on the other side."""

from __future__ import annotations

import msgspec

from serai.host.reach.contract import Reach

VERSIONS = ("4.2", "3")
"""Of NFS, in the order that oVirt tries them. Source: vdsm, storage/mount."""


class Proof(msgspec.Struct, frozen=True):
    """`proved`, with what was seen; or `why` it was not."""

    proved: bool
    seen: str
    why: str = ""


def prove(reach: Reach, path: str, owner: str = "36:36") -> Proof:
    """Mount `localhost:path`, write a file as `owner`, look at it in the export, and leave nothing behind."""
    made = reach.run(("mktemp", "-d", "/run/serai-nfs-XXXXXX"))
    place = made.stdout.strip()
    if not made.ok or not place:
        return Proof(False, "", f"no directory to mount on: {_said(made.stderr)}")
    try:
        return _mounted(reach, path, place, owner)
    finally:
        reach.run(("rmdir", place))


def _mounted(reach: Reach, path: str, place: str, owner: str) -> Proof:
    why = "mount.nfs is not installed"
    for version in VERSIONS:
        done = reach.run(("mount", "-t", "nfs", "-o", f"vers={version},soft,timeo=50", f"localhost:{path}", place))
        if done.ok:
            try:
                return _written(reach, path, place, owner, version)
            finally:
                reach.run(("umount", place))
        why = _said(done.stderr) or why
    return Proof(False, "", f"localhost:{path} cannot be mounted: {why}")


def _written(reach: Reach, path: str, place: str, owner: str, version: str) -> Proof:
    uid, _, gid = owner.partition(":")
    name = f".{place.rpartition('/')[2]}"
    argv = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "touch", f"{place}/{name}")
    wrote = reach.run(argv)
    entry = reach.entry(f"{path}/{name}")
    reach.run(("rm", "-f", f"{place}/{name}"))
    if not wrote.ok:
        return Proof(False, "", f"{owner} cannot write there: {_said(wrote.stderr)}")
    found = f"{entry.uid}:{entry.gid}" if entry else "nothing"
    if found != owner:
        return Proof(False, "", f"what {owner} wrote through the mount is {found} in {path}")
    return Proof(True, f"mounted by NFS {version}, written to as {owner}")


def _said(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
