"""Directories of the host in the guest: copied by rsync, or mounted by 9p and virtiofs (VAG-11)."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path
from shlex import join, quote

from msgspec import structs

from serai.guest import copy
from serai.guest.pipe import PipeTransport, as_root
from serai.guest.ssh import SshTransport
from serai.guest.transport import Transport
from serai.providers.contract import Endpoint, ExecEndpoint, Progress
from serai.spec.guest import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run

ALWAYS = (".git", ".serai")
"""Never copied: a repository's history, and what serai keeps."""
MSIZE = 262144
"""Bytes of one 9p message; QEMU warns below 8 KiB and gains little above. Source: QEMU wiki, 9psetup."""
MODULES = {
    FolderType.NINEP: "modprobe 9pnet_virtio 2>/dev/null; modprobe 9p 2>/dev/null",
    FolderType.VIRTIOFS: "modprobe virtiofs 2>/dev/null",
}
PRESENT = {
    FolderType.NINEP: "grep -qsF {tag} /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag",
    # Kernels before 6.9 show no tags: that there is a device at all must do.
    FolderType.VIRTIOFS: "ls -d /sys/bus/virtio/drivers/virtiofs/virtio* >/dev/null 2>&1",
}
"""How a guest is asked whether the machine has the device."""
WITHOUT = {
    FolderType.NINEP: " (kernels for clouds are built without it)",
    FolderType.VIRTIOFS: " (Linux has it since 5.4)",
}
INSTEAD = {
    FolderType.NINEP: "use `image: tiny:generic`, in Debian linux-image-amd64 and a reload, or `type: rsync`",
    FolderType.VIRTIOFS: "use an image with a newer kernel, or `type: rsync`",
}
NO_FILESYSTEM = 40
NO_DEVICE = 41


def sync(
    machine: Machine,
    transport: Transport,
    endpoint: Endpoint,
    root: Path,
    progress: Progress,
    note: Progress = lambda text: None,
) -> None:
    """Copy the rsync folders and mount the others. `root` is the project's directory.

    What the guest's kernel cannot mount is copied where rsync is its fallback, and `note` is told. Raises
    Code.INPUT for a source that is not there, Code.FAILED or Code.UNSUPPORTED naming the folder.
    """
    for folder in machine.synced_folders:
        if isinstance(endpoint, ExecEndpoint) and folder.type is not FolderType.RSYNC:
            continue  # a container's: it was bound when it started
        source = (root / Path(folder.source).expanduser()).resolve()
        if not source.is_dir():
            raise SeraiError(
                Code.INPUT, f"{machine.name}: synced folder {folder.target}: {source} is not a directory"
            )
        if folder.type is not FolderType.RSYNC:
            progress(f"mounting {folder.source} at {folder.target}")
            try:
                mount(machine.name, folder, transport)
                continue
            except SeraiError as error:
                if error.code is not Code.UNSUPPORTED or FolderType.RSYNC not in folder.fallback:
                    raise
                note(f"{error.message}: copied instead; serai rsync {machine.name} copies again")
        progress(f"copying {folder.source} to {folder.target}")
        push(machine.name, folder, source, transport, progress)


def copied(machine: Machine, transport: Transport) -> list[SyncedFolder]:
    """Those folders that are copies: rsync's, and shares with that fallback that the guest has not mounted."""
    may = [folder for folder in machine.synced_folders if FolderType.RSYNC in (folder.type, *folder.fallback)]
    if any(folder.type is not FolderType.RSYNC for folder in may):
        mounts = transport.run("cat /proc/mounts").stdout.splitlines()
        may = [folder for folder in may if not any(line.startswith(f"{folder.tag} ") for line in mounts)]
    return [structs.replace(folder, type=FolderType.RSYNC, fallback=[]) for folder in may]


def push(name: str, folder: SyncedFolder, source: Path, transport: Transport, progress: Progress) -> None:
    """Copy by rsync where both sides have it, else all of it by tar, and say so."""
    if isinstance(transport, SshTransport):
        here = shutil.which("rsync") is not None
        if here and transport.run("command -v rsync", check=False).ok:
            _rsync(name, folder, source, transport)
            return
        missing = "the guest" if here else "this host"
    else:
        missing = "this way into the guest"
    if folder.delete:
        raise SeraiError(
            Code.MISSING,
            f"{name}: synced folder {folder.target}: `delete: true` needs rsync, which {missing} has not",
            hint="install it, for a guest by `guest: {packages: [rsync]}`",
        )
    progress(f"{missing} has no rsync: copying all of {folder.source} by tar")
    assert isinstance(transport, PipeTransport)
    copy.put(transport, source, folder.target, owner=folder.owner, keep=lambda path: keeps(path, folder.exclude))


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


def _rsync(name: str, folder: SyncedFolder, source: Path, transport: SshTransport) -> None:
    endpoint, target = transport.endpoint, quote(folder.target)
    prepare = f"mkdir -p {target}"
    plain = folder.owner is None and transport.run(f"{prepare} 2>/dev/null && [ -w {target} ]", check=False).ok
    if not plain:
        transport.run(as_root(prepare))
    argv = ["rsync", "--archive", "--protect-args", "--no-owner", "--no-group", "--compress"]
    argv += [f"--exclude={pattern}" for pattern in (*ALWAYS, *folder.exclude)]
    if folder.delete:
        argv.append("--delete")
    if folder.owner:
        argv.append(f"--chown={folder.owner}")
        argv = [word for word in argv if word not in ("--no-owner", "--no-group")]
    if not plain and endpoint.user != "root":
        become = "doas -n" if not transport.run("command -v sudo", check=False).ok else "sudo -n"
        argv.append(f"--rsync-path={become} rsync")
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    shell = join([*transport.base(master="no"), *transport.place[:-1]])
    result = run([*argv, "-e", shell, f"{source}/", f"{host}:{folder.target}/"], timeout=None, check=False)
    if result.ok:
        return
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    raise SeraiError(
        Code.FAILED,
        f"{name}: synced folder {folder.target}: rsync ended with exit code {result.code}: "
        f"{lines[0] if lines else 'no message'}",
        hint=f"serai rsync {name}",
        details=lines[1:9],
    )


def _options(folder: SyncedFolder) -> str:
    words = [f"trans=virtio,version=9p2000.L,msize={MSIZE}"] if folder.type is FolderType.NINEP else []
    return ",".join([*words, "ro" if folder.readonly else "rw"])


def mount(name: str, folder: SyncedFolder, transport: Transport) -> None:
    """Mount a share at its target; one that is mounted there already stays."""
    kind, target = str(folder.type), quote(folder.target)
    script = f"""
grep -q {quote(f"^{folder.tag} {folder.target} {kind} ")} /proc/mounts && exit 0
{MODULES[folder.type]}
grep -qw {kind} /proc/filesystems || exit {NO_FILESYSTEM}
{PRESENT[folder.type].format(tag=folder.tag)} || exit {NO_DEVICE}
mkdir -p {target} && mount -t {kind} -o {_options(folder)} {folder.tag} {target}"""
    result = transport.run(as_root(script), check=False)
    what = f"{name}: synced folder {folder.target}"
    if result.code == NO_FILESYSTEM:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{what}: the guest's kernel has no {kind}{WITHOUT[folder.type]}",
            hint=INSTEAD[folder.type],
        )
    if result.code == NO_DEVICE:
        raise SeraiError(
            Code.FAILED, f"{what}: the machine has no {kind} device for it yet", hint=f"serai reload {name}"
        )
    if not result.ok:
        said = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise SeraiError(Code.FAILED, f"{what}: it cannot be mounted: {said}", hint=f"serai ssh {name}")
