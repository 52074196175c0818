"""A directory of the host that the guest mounts by sshfs, over the way in: no port is open for it (VAG-13).

sshfs in the guest speaks SFTP over its own stdin and stdout; on the host they are those of a sftp-server that sees
nothing but the directory: it is alone in a mount namespace. Both end with the guest, or when it unmounts. A guest
that was asleep may still have it mounted, with nobody at the other end: it is mounted anew then.
Source: sshfs(1), `-o passive`, in older ones `-o slave`; unshare(1); mount_namespaces(7).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from serai.guest.pipe import as_root
from serai.guest.ssh import SshTransport
from serai.guest.transport import Transport
from serai.spec.folder import SyncedFolder
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.paths import home

SERVERS = (
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
)
NO_SSHFS, NO_FUSE, THERE = 40, 41, 42
WORDS = ("passive", "slave")
"""What sshfs calls it to speak over its own stdin: since 3.0, and before."""
WAIT_SECONDS = 60
"""For sshfs in the guest to have it mounted: emulated, its start alone may take seconds."""

# $1 an empty directory, $2 what is shared, $3 the server, $4 as whom it runs, the rest its options. Nothing else
# of the host is there but the programs and libraries that the server needs, which cannot be written.
CONFINED = r"""
set -e
root=$1 source=$2 server=$3 owner=$4; shift 4
mount -t tmpfs -o mode=0755 serai "$root"
for each in /usr /lib /lib32 /lib64; do
  if [ -L "$each" ]; then cp -P "$each" "$root$each"
  elif [ -d "$each" ]; then mkdir "$root$each"; mount --rbind "$each" "$root$each"
    mount -o remount,bind,ro "$root$each" 2>/dev/null || true
  fi
done
mkdir "$root/etc" "$root/dev" "$root/share"
echo "owner:x:${owner:-0:0}:::" >"$root/etc/passwd"
: >"$root/dev/null"; mount --bind /dev/null "$root/dev/null"
mount --rbind "$source" "$root/share"
cd "$root/share"
exec chroot ${owner:+"--userspec=$owner"} "$root" "$server" -d /share "$@"
"""


def share(name: str, folder: SyncedFolder, source: Path, transport: Transport) -> None:
    """Have the guest mount it; what is mounted there already stays, as long as its other end is here.

    Raises Code.UNSUPPORTED where the guest has no sshfs or no FUSE, Code.MISSING for no sftp-server here.
    """
    what = f"{name}: synced folder {folder.target}"
    if not isinstance(transport, SshTransport):
        raise SeraiError(Code.UNSUPPORTED, f"{what}: sshfs needs a way in by SSH", hint="type: rsync")
    server = next((path for path in SERVERS if os.access(path, os.X_OK)), None)
    if server is None or shutil.which("unshare") is None:
        missing = "sftp-server" if server is None else "unshare"
        hint = "apt install openssh-sftp-server" if server is None else "apt install util-linux"
        raise SeraiError(Code.MISSING, f"{what}: {missing} is not installed", hint=hint)
    answer = transport.run(as_root(_ask(folder)), check=False)
    if answer.code == THERE:
        if any(_runs(_mounting(transport, folder, word)) for word in WORDS):
            return
        answer = transport.run(as_root(_leave(folder) + _ask(folder)), check=False)
    if not answer.ok:
        raise _refusal(what, answer.code, answer.stderr)
    passive = answer.stdout.strip() or WORDS[0]
    place = private_dir(home() / "sshfs") / f"{name}-{folder.tag}"
    private_dir(place)
    log = place.with_suffix(".log")
    _join(_served(server, place, source, folder.readonly), _mounting(transport, folder, passive), log)
    done = transport.run(_wait(folder), check=False)
    if not done.ok:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        cause = lines[-1] if lines else f"it is not mounted after {WAIT_SECONDS} s"
        raise SeraiError(Code.FAILED, f"{what}: {cause}", hint=f"serai ssh {name}", details=lines[-8:-1])


def _ask(folder: SyncedFolder) -> str:
    """Says by which word this sshfs takes its own stdin; makes the target."""
    return f"""
grep -qs {quote(f" {folder.target} fuse.sshfs ")} /proc/mounts && exit {THERE}
command -v sshfs >/dev/null 2>&1 || exit {NO_SSHFS}
[ -c /dev/fuse ] || modprobe fuse 2>/dev/null; [ -c /dev/fuse ] || exit {NO_FUSE}
mkdir -p {quote(folder.target)} || exit 1
if sshfs -h 2>&1 | grep -q {WORDS[0]}; then echo {WORDS[0]}; else echo {WORDS[1]}; fi"""


def _runs(argv: Sequence[str]) -> bool:
    """Whether a process of this host was started with these words. It ends when its connection does."""
    line = b"".join(os.fsencode(word) + b"\0" for word in argv)
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes() == line:
                return True
        except OSError:
            continue  # it has ended meanwhile
    return False


def _leave(folder: SyncedFolder) -> str:
    """Ends the sshfs of a target that nobody serves any more: whoever reads there would wait for ever."""
    target = quote(folder.target)
    there = f"grep -qs {quote(f' {folder.target} fuse.sshfs ')} /proc/mounts"
    return f"""
for each in $(grep -lsF :/share /proc/[0-9]*/cmdline); do
  case "$(tr '\\0' ' ' <"$each" 2>/dev/null)" in
    "sshfs "*" :/share "{target}" ") each=${{each%/cmdline}}; kill -9 "${{each#/proc/}}" 2>/dev/null ;;
  esac
done
while {there}; do umount -l {target} || exit 1; done"""


def _refusal(what: str, code: int, stderr: str) -> SeraiError:
    if code == NO_SSHFS:
        hint = "guest: {packages: [sshfs]}, or `type: rsync`"
        return SeraiError(Code.UNSUPPORTED, f"{what}: the guest has no sshfs", hint=hint)
    if code == NO_FUSE:
        return SeraiError(Code.UNSUPPORTED, f"{what}: the guest's kernel has no FUSE", hint="type: rsync")
    said = (stderr.strip().splitlines() or ["no message"])[-1]
    return SeraiError(Code.FAILED, f"{what}: it cannot be mounted: {said}")


def _served(server: str, place: Path, source: Path, readonly: bool) -> list[str]:
    """The server, confined; of one who is not root in a user namespace of its own, as root there alone.

    Root's is the directory's owner: what a guest makes belongs to that user, and no setuid file of it is root's.
    """
    status = source.stat()
    owner = f"{status.st_uid}:{status.st_gid}" if os.geteuid() == 0 else ""
    alone = ["unshare", "--mount", "--propagation", "private"]
    alone += [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    words = ["share", str(place), str(source), server, owner, *(["-R"] if readonly else [])]
    return [*alone, "sh", "-c", CONFINED, *words]


def _mounting(transport: SshTransport, folder: SyncedFolder, passive: str) -> list[str]:
    """ssh with sshfs in the guest at its end, on a connection of its own: the shared one is ended by others."""
    user, _, group = (folder.owner or "").partition(":")
    login = quote(transport.endpoint.user)
    uid = f"$(id -u {quote(user) if user else login})"
    gid = (
        f"$(getent group {quote(group)} | cut -d: -f3)" if group else f"$(id -g {quote(user) if user else login})"
    )
    words = [
        passive,
        "allow_other",
        "default_permissions",
        *(["ro"] if folder.readonly else []),
        *folder.mount_options,
    ]
    options = ",".join(words)
    script = f"exec sshfs -f -o {quote(options)} -o uid={uid},gid={gid} :/share {quote(folder.target)}"
    return [*transport.base(master="no"), "-o", "ControlPath=none", *transport.place, as_root(script)]


def _join(server: list[str], client: list[str], log: Path) -> None:
    """Start both, each reading what the other writes. They stay when serai ends."""
    to_client, from_server = os.pipe2(os.O_CLOEXEC)
    to_server, from_client = os.pipe2(os.O_CLOEXEC)
    try:
        with log.open("wb") as said:
            for argv, stdin, stdout in ((server, to_server, from_server), (client, to_client, from_client)):
                subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=said, start_new_session=True, cwd="/")
    finally:
        for end in (to_client, from_server, to_server, from_client):
            os.close(end)


def _wait(folder: SyncedFolder) -> str:
    """A shell in the guest that ends when it is mounted."""
    there = f"grep -qs {quote(f' {folder.target} fuse.sshfs ')} /proc/mounts"
    return f"n=0; until {there}; do n=$((n+1)); [ $n -gt {WAIT_SECONDS * 5} ] && exit 1; sleep 0.2; done"
