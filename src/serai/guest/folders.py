"""Directories of the host in the guest: copied by rsync, or shared live by 9p, virtiofs, NFS or sshfs (VAG-13)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from serai.guest.mounts import Served, mount
from serai.guest.rsync import push
from serai.guest.transport import Transport
from serai.providers.contract import Endpoint, ExecEndpoint, Progress
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

Serve = Callable[[SyncedFolder, Path], Served]
"""Has a directory exported by NFS, and says where. Raises Code.UNSUPPORTED or Code.MISSING where nobody can."""


def _nobody(folder: SyncedFolder, source: Path) -> Served:
    raise SeraiError(Code.UNSUPPORTED, f"synced folder {folder.target}: nobody exports it", hint="type: rsync")


def sync(
    machine: Machine,
    transport: Transport,
    endpoint: Endpoint,
    root: Path,
    progress: Progress,
    note: Progress = lambda text: None,
    serve: Serve = _nobody,
    *,
    copies: bool = True,
) -> None:
    """Copy the rsync folders and mount the others. `root` is the project's directory.

    Without `copies` nothing is copied: a guest that was asleep has its copies, but may have lost a mount.
    What this host or the guest cannot share is done by the next of its fallbacks, and `note` is told. Raises
    Code.INPUT for a source that is not there, Code.FAILED or Code.UNSUPPORTED naming the folder.
    """
    for folder in machine.synced_folders:
        bound = isinstance(endpoint, ExecEndpoint) and not endpoint.agent
        if bound and folder.type is not FolderType.RSYNC:
            continue  # a container's: it was bound when it started
        found = [way for way in ways(folder) if copies or way.type is not FolderType.RSYNC]
        if not found:
            continue
        source = (root / expanduser(folder.source)).resolve()
        if not source.is_dir():
            raise SeraiError(
                Code.INPUT, f"{machine.name}: synced folder {folder.target}: {source} is not a directory"
            )
        for way in found:
            try:
                _one(machine.name, way, source, transport, root, progress, serve)
                break
            except SeraiError as error:
                last = way.type is FolderType.RSYNC or not way.fallback
                if last or error.code not in (Code.UNSUPPORTED, Code.MISSING):
                    raise
                if way is found[-1]:
                    break  # it was copied in its place, when the guest came up
                then = "copied" if way.fallback[0] is FolderType.RSYNC else f"by {way.fallback[0]}"
                again = f"; serai rsync {machine.name} copies again" if then == "copied" else ""
                note(f"{error.message}: {then} instead{again}")


def ways(folder: SyncedFolder) -> list[SyncedFolder]:
    """The folder, and what takes its place: a device is there or is not, so that none is tried after the start."""
    later = [kind for kind in folder.fallback if kind not in (FolderType.NINEP, FolderType.VIRTIOFS)]
    found = [structs.replace(folder, fallback=later)]
    found += [
        structs.replace(folder, type=kind, fallback=later[number + 1 :]) for number, kind in enumerate(later)
    ]
    return found


def _one(
    name: str,
    folder: SyncedFolder,
    source: Path,
    transport: Transport,
    root: Path,
    progress: Progress,
    serve: Serve,
) -> None:
    if folder.type is FolderType.RSYNC:
        progress(f"copying {folder.source} to {folder.target}")
        push(name, folder, source, transport, progress)
        return
    if not folder.mount and folder.type is not FolderType.NFS:
        return
    progress(f"mounting {folder.source} at {folder.target}")
    if folder.type is FolderType.SSHFS:
        from serai.guest.sshfs import share

        share(name, folder, source, transport)
        return
    served = serve(folder, source) if folder.type is FolderType.NFS else None
    if folder.mount:
        mount(name, folder, transport, served)


def copied(machine: Machine, transport: Transport) -> list[SyncedFolder]:
    """Those folders that are copies: rsync's, and shares with that fallback that the guest has not mounted."""
    may = [folder for folder in machine.synced_folders if FolderType.RSYNC in (folder.type, *folder.fallback)]
    if any(folder.type is not FolderType.RSYNC for folder in may):
        mounts = [line.split(" ") for line in transport.run("cat /proc/mounts").stdout.splitlines()]
        mounted = {words[1]: words[2] for words in mounts if len(words) > 2}
        may = [folder for folder in may if not _is(folder, mounted.get(folder.target, ""))]
    return [structs.replace(folder, type=FolderType.RSYNC, fallback=[]) for folder in may]


def _is(folder: SyncedFolder, kind: str) -> bool:
    """Whether what is mounted at its target is one of the folder's ways."""
    found = {"nfs4": "nfs", "fuse.sshfs": "sshfs"}.get(kind, kind)
    return found in (folder.type, *folder.fallback)
