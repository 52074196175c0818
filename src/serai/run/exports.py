"""Directories exported by NFS to a project's machines: by the kernel's server, else by one of the project's own.

What the project exports is in its home. As root the kernel's drop-in is written as all changes of a host are,
journalled, and undone with the last machine; others write it by the one program that `serai host setup
nfs-folders` lets them call: no question at any `up` (VAG-13).
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec

from serai.guest.folders import Serve
from serai.guest.mounts import Served
from serai.guest.ssh_options import LOOPBACK
from serai.guest.transport import Transport
from serai.host.exported import PROGRAM, Export, asked, drop_in
from serai.host.ganesha import PROGRAM as GANESHA
from serai.host.ganesha import Ganesha
from serai.providers.contract import Endpoint, SshEndpoint
from serai.run.workspace import Workspace
from serai.spec.folder import SyncedFolder
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.process import run

SETUP = "serai host setup nfs-folders"
_ONE_AT_A_TIME = threading.Lock()
"""Machines come up at once; the file is one."""


class Exports:
    """The exports of one project."""

    def __init__(self, workspace: Workspace) -> None:
        self._scope = workspace.scope
        self._file = self._scope.home / "exports.json"
        self._own = Ganesha(self._scope.home / "nfs")

    def serving(self, name: str, transport: Transport, endpoint: Endpoint) -> Serve:
        """How a machine has its directories exported."""

        def serve(folder: SyncedFolder, source: Path) -> Served:
            if not isinstance(endpoint, SshEndpoint):
                raise SeraiError(Code.UNSUPPORTED, f"{name}: nfs needs a guest with a network", hint="type: rsync")
            host, guest = _addresses(name, transport)
            if not folder.nfs.export:
                return Served(host=host, path=str(source))
            client = "127.0.0.1" if endpoint.host.startswith(LOOPBACK) else guest
            with _ONE_AT_A_TIME:
                return self._serve(name, _export(folder, source, client), host)

        return serve

    def drop(self, name: str) -> None:
        """The machine is gone: nothing is exported to it any more."""
        with _ONE_AT_A_TIME:
            kept = self._read()
            if kept.pop(name, None) is not None:
                self._apply(kept, "")
                self._write(kept)

    def _serve(self, name: str, export: Export, host: str) -> Served:
        kept = self._read()
        mine = [each for each in kept.get(name, []) if each.path != export.path]
        kept[name] = [*mine, export]
        self._write(kept)  # first: what a killed run has exported is dropped with the machine all the same
        try:
            port = self._apply(kept, host)
        except SeraiError:
            kept[name] = mine
            self._write({key: value for key, value in kept.items() if value})
            raise
        if not port:
            return Served(host=host, path=export.path)
        return Served(host=host, path=export.path, port=port, versions=("4.2", "4.1", "4"))

    def _apply(self, kept: dict[str, list[Export]], host: str) -> int:
        """Make it so; the port of a server of our own, 0 where it is the kernel's."""
        exports = [each for name in sorted(kept) for each in kept[name]]
        if _in_kernel():
            _by_kernel(exports, self._scope.project, self._scope.project_id)
            return 0
        if not exports:
            self._own.end()
            return 0
        if os.geteuid() != 0:
            why = "this host's kernel has no NFS server, and another one needs root to open files by their handles"
            raise SeraiError(Code.UNSUPPORTED, f"nfs: {why}", hint="type: sshfs, or virtiofs")
        if any(each.version == "3" for each in exports):
            why = "this host's kernel has no NFS server, and nfs-ganesha serves version 4 here"
            raise SeraiError(Code.UNSUPPORTED, f"nfs: {why}", hint="leave nfs.version out")
        near = all(each.client.startswith(LOOPBACK) for each in exports)
        return self._own.export(exports, "127.0.0.1" if near else host)

    def _read(self) -> dict[str, list[Export]]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, list[Export]])
        except (FileNotFoundError, msgspec.MsgspecError):
            return {}

    def _write(self, kept: dict[str, list[Export]]) -> None:
        if kept:
            private_dir(self._file.parent)
            write_atomic(self._file, msgspec.json.encode(kept))
        else:
            self._file.unlink(missing_ok=True)


def _export(folder: SyncedFolder, source: Path, client: str) -> Export:
    """Whose files they are: as stated, else the directory's owner's."""
    owner = source.stat()
    uid, gid = folder.nfs.map_uid, folder.nfs.map_gid
    return Export(
        path=str(source),
        client=client,
        uid=owner.st_uid if uid is None else uid,
        gid=owner.st_gid if gid is None else gid,
        readonly=folder.readonly,
        options=tuple(folder.nfs.options),
        version=folder.nfs.version or "",
    )


def _addresses(name: str, transport: Transport) -> tuple[str, str]:
    """(this host's address as the guest sees it, the guest's own), by the connection that asks. Source: ssh(1)."""
    said = transport.run('echo "$SSH_CONNECTION"', check=False).stdout.split()
    if len(said) != 4:
        raise SeraiError(Code.FAILED, f"{name}: nfs: the guest does not say which address this host has")
    return said[0], said[2]


def _in_kernel() -> bool:
    try:
        return "\tnfsd\n" in Path("/proc/filesystems").read_text()
    except OSError:
        return False


def server_there() -> bool:
    """Whether this host can export at all: a look, no program."""
    return _in_kernel() or any(Path(each, GANESHA).exists() for each in ("/usr/bin", "/usr/sbin"))


def _by_kernel(exports: list[Export], project: str, ident: str) -> None:
    if os.geteuid() == 0:
        _as_root(exports, project, ident)
        return
    if not Path(PROGRAM).exists():
        why = "who exports directories is root, or has been let to by root once"
        raise SeraiError(Code.MISSING, f"nfs: {why}", hint=f"sudo {SETUP} --user {os.environ.get('USER', 'NAME')}")
    if any(each.options for each in exports):
        why = "nfs.options: only root states options of an export"
        raise SeraiError(Code.REFUSED, f"nfs: {why}", hint="leave nfs.options out")
    words = ["put", ident] if exports else ["drop", ident]
    done = run(["sudo", "-n", PROGRAM, *words], input=asked(exports), check=False, timeout=60)
    if not done.ok:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        cause = lines[-1] if lines else f"exit code {done.code}"
        raise SeraiError(Code.FAILED, f"nfs: {PROGRAM}: {cause}", hint=f"sudo {SETUP}")


def _as_root(exports: list[Export], project: str, ident: str) -> None:
    """The drop-in, by the host's own journal: `serai host undo` knows it, too."""
    from serai.host.apply import changing, do, put_back, settle
    from serai.host.changes.file import WriteFile
    from serai.host.ledger import Ledger
    from serai.host.reach.local import Local

    reach, name = Local(), f"exports-{ident}"

    def tell(line: str) -> None:
        """What is done here is part of a machine's step, which says it."""

    if exports and not reach.program("exportfs"):
        raise SeraiError(Code.MISSING, "nfs: exportfs is not installed", hint=SETUP)
    change = WriteFile(
        path=f"/etc/exports.d/serai-{ident}.exports", text=drop_in(exports, project), runs=("exports",)
    )
    with changing(reach, f"serai exports of {project}"):
        record = Ledger(reach).read(name)
        if exports and record is not None and record.finished and change.holds(reach):
            return
        if record is not None:
            put_back(reach, record, tell, force=True)
        if exports:
            do(reach, name, project, [change], tell)
        settle(reach, [name], tell)
