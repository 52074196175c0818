"""Directories of the host that the guest mounts: 9p, virtiofs and NFS (VAG-13)."""

from __future__ import annotations

from shlex import quote

import msgspec

from serai.guest.pipe import as_root
from serai.guest.transport import Transport
from serai.spec.folder import FolderType, SyncedFolder
from serai.util.errors import Code, SeraiError

MSIZE = 262144
"""Bytes of one 9p message; QEMU warns below 8 KiB and gains little above. Source: QEMU wiki, 9psetup."""
MODULES = {
    FolderType.NINEP: "modprobe 9pnet_virtio 2>/dev/null; modprobe 9p 2>/dev/null",
    FolderType.VIRTIOFS: "modprobe virtiofs 2>/dev/null",
    FolderType.NFS: "modprobe nfs 2>/dev/null; modprobe nfsv4 2>/dev/null; modprobe nfsv3 2>/dev/null",
}
PRESENT = {
    FolderType.NINEP: "grep -qsF {tag} /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag",
    # Kernels before 6.9 show no tags: that there is a device at all must do.
    FolderType.VIRTIOFS: "ls -d /sys/bus/virtio/drivers/virtiofs/virtio* >/dev/null 2>&1",
    FolderType.NFS: "true",
}
"""How a guest is asked whether the machine has the device."""
WITHOUT = {
    FolderType.NINEP: " (kernels for clouds are built without it)",
    FolderType.VIRTIOFS: " (Linux has it since 5.4)",
    FolderType.NFS: "",
}
INSTEAD = {
    FolderType.NINEP: "use `image: tiny:generic`, in Debian linux-image-amd64 and a reload, or `type: rsync`",
    FolderType.VIRTIOFS: "use an image with a newer kernel, or `type: rsync`",
    FolderType.NFS: "use an image whose kernel has it, or `type: rsync`",
}
ANSWERS = 60
"""Seconds for an NFS server to answer a guest that has gone back to an earlier state, or has slept: its kernel
makes a connection and a session anew."""
NO_FILESYSTEM = 40
NO_DEVICE = 41


class Served(msgspec.Struct, frozen=True):
    """Where a directory is exported, as the guest sees it."""

    host: str
    path: str
    port: int = 0
    """0: NFS's own."""
    versions: tuple[str, ...] = ("4.2", "4.1", "4", "3")
    """What the server has, the best first."""


def options(folder: SyncedFolder, served: Served | None = None) -> str:
    """Of mount(8). What the file states comes last: it counts."""
    words = [f"trans=virtio,version=9p2000.L,msize={MSIZE}"] if folder.type is FolderType.NINEP else []
    if served is not None:
        # `noresvport`: a guest behind a NAT has no reserved port there.
        words = [f"vers={_version(folder, served)}", "noresvport", "udp" if folder.nfs.udp else "tcp"]
        words += [f"port={served.port}"] if served.port else []
        words += ["nolock"] if words[0] == "vers=3" else []
    return ",".join([*words, "ro" if folder.readonly else "rw", *folder.mount_options])


def _version(folder: SyncedFolder, served: Served) -> str:
    return folder.nfs.version or served.versions[0]


def mount(name: str, folder: SyncedFolder, transport: Transport, served: Served | None = None) -> None:
    """Mount a share at its target; one that is mounted there already stays.

    One of NFS stays as long as its server answers: a guest with the memory of an earlier day may have it from a
    server, a port or a directory that is no more. Raises Code.UNSUPPORTED where the guest's kernel cannot,
    Code.FAILED where it does not come to be.
    """
    kind, target = str(folder.type), quote(folder.target)
    what = folder.tag if served is None else f"{_host(served.host)}:{served.path}"
    there = f"^{folder.tag if served is None else '[^ ]*'} {folder.target} {kind}[34]* "
    helper = "command -v mount.nfs >/dev/null 2>&1 || [ -x /sbin/mount.nfs ] || exit 42" if served else "true"
    script = f"""
if grep -q {quote(there)} /proc/mounts; then {_stays(folder.type, target)}; fi
{MODULES[folder.type]}
grep -qw {kind}4* /proc/filesystems || exit {NO_FILESYSTEM}
{PRESENT[folder.type].format(tag=folder.tag)} || exit {NO_DEVICE}
{helper}
mkdir -p {target} && mount -t {kind} -o {quote(options(folder, served))} {quote(what)} {target}"""
    result = transport.run(as_root(script), check=False)
    if result.ok:
        return
    raise _failure(name, folder, result.code, result.stderr)


def _stays(kind: FolderType, target: str) -> str:
    """Ends the script where the mount is as it should be."""
    if kind is not FolderType.NFS:
        return "exit 0"
    return f"timeout -s KILL {ANSWERS} stat -f {target} >/dev/null 2>&1 && exit 0; umount -f -l {target}"


NO_HELPER = 42


def _failure(name: str, folder: SyncedFolder, code: int, stderr: str) -> SeraiError:
    kind = folder.type
    what = f"{name}: synced folder {folder.target}"
    if code == NO_FILESYSTEM:
        message = f"{what}: the guest's kernel has no {kind}{WITHOUT[kind]}"
        return SeraiError(Code.UNSUPPORTED, message, hint=INSTEAD[kind])
    if code == NO_HELPER:
        message = f"{what}: the guest has no mount.nfs"
        hint = "guest: {packages: [nfs-common]}, on other systems than Debian nfs-utils; or `type: rsync`"
        return SeraiError(Code.UNSUPPORTED, message, hint=hint)
    if code == NO_DEVICE:
        message = f"{what}: the machine has no {kind} device for it yet"
        return SeraiError(Code.FAILED, message, hint=f"serai reload {name}")
    said = (stderr.strip().splitlines() or ["no message"])[-1]
    return SeraiError(Code.FAILED, f"{what}: it cannot be mounted: {said}", hint=f"serai ssh {name}")


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
