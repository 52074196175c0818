"""Directories of the host, copied into the guest: by rsync where both sides have it, else by tar (VAG-13)."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path
from shlex import join, quote

from serai.guest import copy
from serai.guest.pipe import PipeTransport, as_root
from serai.guest.ssh import SshTransport
from serai.guest.stream import stream
from serai.guest.transport import Transport
from serai.providers.contract import Progress
from serai.spec.folder import SyncedFolder
from serai.util.errors import Code, SeraiError

ALWAYS = (".git", ".serai")
"""Never copied: a repository's history, and what serai keeps."""
ARGS = ("--archive", "--protect-args", "--no-owner", "--no-group", "--compress")
"""Ours, where the file states none."""
KEEP_OWNERS = ("--owner", "--group", "--numeric-ids")


def push(name: str, folder: SyncedFolder, source: Path, transport: Transport, progress: Progress) -> None:
    """Copy by rsync where both sides have it, else all of it by tar, and say so."""
    if isinstance(transport, SshTransport):
        here = shutil.which("rsync") is not None
        if here:
            become = _ready(folder, transport)
            if become is not None:
                _rsync(name, folder, source, transport, become, progress)
                return
        missing = "the guest" if here else "this host"
    else:
        missing = "this way into the guest"
    wants = (
        "`delete: true`" if folder.delete else "`rsync:`" if folder.rsync.args or folder.rsync.keep_owners else ""
    )
    if wants:
        raise SeraiError(
            Code.MISSING,
            f"{name}: synced folder {folder.target}: {wants} needs rsync, which {missing} has not",
            hint="install it, for a guest by `guest: {packages: [rsync]}`",
        )
    progress(f"{missing} has no rsync: copying all of {folder.source} by tar")
    assert isinstance(transport, PipeTransport)
    target = folder.target.rstrip("/") or "/."  # copy.put would make a directory of the source's name in `x/`
    copy.put(transport, source, target, owner=folder.owner, keep=lambda path: keeps(path, folder.exclude))


def keeps(path: str, exclude: list[str]) -> bool:
    """Whether tar copies a path, by rsync's own rules as far as they are common: names, `/anchored`, `dir/`."""
    parts = path.split("/")
    for pattern in (*ALWAYS, *exclude):
        plain = pattern.rstrip("/")
        for end in range(1, len(parts) + 1):
            whole, last = "/".join(parts[:end]), parts[end - 1]
            if plain.startswith("/"):
                hit = fnmatchcase(whole, plain[1:])
            else:
                hit = fnmatchcase(last, plain) if "/" not in plain else fnmatchcase(f"/{whole}", f"*/{plain}")
            if hit:
                return False
    return True


NO_RSYNC, PLAIN, BY_SUDO, BY_DOAS = 40, 0, 41, 42
BECOME = {PLAIN: "", BY_SUDO: "sudo -n ", BY_DOAS: "doas -n "}


def _ready(folder: SyncedFolder, transport: SshTransport) -> str | None:
    """What rsync's far side is started by, with the target made: one question. None: the guest has no rsync."""
    target = quote(folder.target)
    program = quote(folder.rsync.program or "rsync")
    root = folder.owner is not None or folder.rsync.keep_owners
    script = f"""command -v {program} >/dev/null 2>&1 || exit {NO_RSYNC}
{"false" if root else f"mkdir -p {target} 2>/dev/null && [ -w {target} ]"} && exit {PLAIN}
{as_root(f"mkdir -p {target}")} || exit 1
[ "$(id -u)" = 0 ] && exit {PLAIN}
if command -v sudo >/dev/null 2>&1; then exit {BY_SUDO}; else exit {BY_DOAS}; fi"""
    done = transport.run(script, check=False)
    if done.code == NO_RSYNC:
        return None
    if done.code in BECOME:
        return BECOME[done.code]
    said = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise SeraiError(Code.FAILED, f"{transport.name}: synced folder {folder.target}: it cannot be made: {said}")


def words(folder: SyncedFolder, become: str) -> list[str]:
    """rsync's own words, without its ends. `become` goes before the program in the guest."""
    own = folder.rsync
    argv = ["rsync", *(own.args or ARGS)]
    argv += [f"--exclude={pattern}" for pattern in (*ALWAYS, *folder.exclude)]
    if folder.delete and "--delete" not in argv:
        argv.append("--delete")
    if own.verbose and "--verbose" not in argv:
        argv.append("--verbose")
    if own.keep_owners:
        argv = [word for word in argv if word not in ("--no-owner", "--no-group")]
        argv += KEEP_OWNERS
    elif folder.owner:
        argv = [word for word in argv if word not in ("--no-owner", "--no-group")]
        argv.append(f"--chown={folder.owner}")
    if become or own.program:
        argv.append(f"--rsync-path={become}{own.program or 'rsync'}")
    return argv


def _rsync(
    name: str, folder: SyncedFolder, source: Path, transport: SshTransport, become: str, progress: Progress
) -> None:
    endpoint = transport.endpoint
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    shell = join([*transport.base(master="no"), *transport.place[:-1]])
    argv = [*words(folder, become), "-e", shell, f"{source}/", f"{host}:{folder.target}/"]
    done = stream(argv, on_line=progress if folder.rsync.verbose else None)
    if done.code == 0:
        return
    said = (done.stderr or done.stdout).decode(errors="replace")
    lines = [line for line in said.splitlines() if line.strip()]
    raise SeraiError(
        Code.FAILED,
        f"{name}: synced folder {folder.target}: rsync ended with exit code {done.code}: "
        f"{lines[0] if lines else 'no message'}",
        hint=f"serai rsync {name}",
        details=lines[1:9],
    )
