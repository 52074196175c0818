"""The root filesystem of a container whose engine has no images: where it comes from, what it is told of itself.

It is a tar (an image of the store, an archive, an OCI layout made flat) or a directory; an engine unpacks it once.
"""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.first_process import Process
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.paths import expanduser
from serai.util.process import run, which

COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""First bytes of a file -> the program that unpacks it. Source: the formats' own magic numbers."""
OCI = "oci:"
PROC = Path("/proc")
PASSWD_SIZE = 1 << 20
"""Characters of a container's passwd that are read."""


class Root(msgspec.Struct, frozen=True):
    """Where the root filesystem comes from: a tar or a directory. Exactly one."""

    tar: Path | None = None
    tree: Path | None = None
    digest: str = ""
    process: Process = Process()


def found(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> Root:
    """What the spec says it is made from. Raises Code.INPUT for a file that is not there."""
    box = machine.container or Container()
    if box.rootfs:
        return _archive(scope, machine, box.rootfs, progress)
    from serai.images import rootfs

    assert materials.image is not None  # checked before
    return Root(tar=rootfs.tar_of(materials.image, progress), digest=materials.image.digest)


def _archive(scope: Scope, machine: Machine, text: str, progress: Progress) -> Root:
    from serai.images import oci, resolve, rootfs

    arch = machine.arch or host_arch()
    if text.startswith(OCI):
        flat = oci.flatten(text, scope.root, arch, progress)
        said = flat.config
        process = Process(
            entrypoint=tuple(said.entrypoint or ()),
            cmd=tuple(said.cmd or ()),
            env=tuple(said.env or ()),
            working_dir=said.working_dir,
            user=said.user,
        )
        return Root(tar=flat.tar, digest=flat.digest, process=process)
    place = scope.root / expanduser(text)
    if place.is_dir():
        return Root(tree=place)
    if place.is_file():
        return Root(tar=place)
    if "/" in text:
        raise SeraiError(
            Code.INPUT, f"{machine.name}: container.rootfs: {place} is not there", hint="a tar, or a directory"
        )
    image = resolve.ensure(text, arch=arch, base=scope.root, progress=progress)
    return Root(tar=rootfs.tar_of(image, progress), digest=image.digest)


@contextmanager
def packed(machine: Machine, root: Root) -> Iterator[tuple[int, list[str]]]:
    """A descriptor that the tar is read from, and the option of tar that unpacks it.

    Raises Code.FAILED afterwards when a directory could not be read to its end.
    """
    if root.tar is not None:
        with root.tar.open("rb") as file:
            first = os.pread(file.fileno(), 8, 0)  # its offset stays: tar reads from the beginning
            how = next((program for magic, program in COMPRESSED.items() if first.startswith(magic)), "")
            yield file.fileno(), [f"--use-compress-program={which(how)}"] if how else []
        return
    argv = [which("tar", "tar"), "--numeric-owner", "-C", os.fspath(root.tree or "."), "-cf", "-", "."]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as packer:
        assert packer.stdout is not None
        yield packer.stdout.fileno(), []
    if packer.returncode:
        raise SeraiError(
            Code.FAILED, f"{machine.name}: container.rootfs: {root.tree} could not be read to its end"
        )


def personalize(root: Path, hostname: str, *, disk: bool) -> None:
    """What an image expects of its first boot, and nobody tells a container: its name, and DHCP on eth0.

    `disk`: it comes from one, whose partitions it must not look for, and whose first boot makes the keys of sshd.
    """
    if not (root / "etc").is_dir():
        return
    root = root.resolve()
    _write(root / "etc/hostname", f"{hostname}\n")
    if (root / "usr/lib/systemd/systemd-networkd").exists() or (root / "lib/systemd/systemd-networkd").exists():
        _write(root / "etc/systemd/network/10-serai-eth0.network", NETWORKD)
    if (root / "etc/cloud").is_dir():
        _write(root / "etc/cloud/cloud-init.disabled", "")
    if disk:
        _write(root / "etc/fstab", "# A container's root filesystem is mounted by its engine.\n")
        _host_keys(root)


def _host_keys(root: Path) -> None:
    """As cloud-init would make them; an image never has any. ssh-keygen itself would follow links of the image."""
    place = root / "etc/ssh"
    if not (root / "usr/sbin/sshd").exists() or not place.is_dir() or not _is_straight(place):
        return
    if any(place.glob("ssh_host_*")):
        return
    keygen = which("ssh-keygen", "openssh-client")
    with tempfile.TemporaryDirectory(prefix="serai-keys-") as private:
        for kind in ("ed25519", "rsa"):
            key = Path(private) / f"ssh_host_{kind}_key"
            run([keygen, "-q", "-t", kind, "-N", "", "-C", "root", "-f", key])
            _write(place / key.name, key.read_text(), 0o600)
            _write(place / f"{key.name}.pub", key.with_name(f"{key.name}.pub").read_text())


NETWORKD = "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n"


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    """Never through a link of the root filesystem's: it could lead out of it. A link at the end is replaced.

    Where the image has a directory in the file's place, or a file in a directory's, that is left as it is.
    """
    root = path.parent
    if not _is_straight(root) or (path.is_dir() and not path.is_symlink()):
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return
    seen = root.stat()
    write_atomic(path, text, mode=mode, sync=False, owner=(seen.st_uid, seen.st_gid))


def _is_straight(path: Path) -> bool:
    """Whether no part of it is a link."""
    return not any(each.is_symlink() for each in (path, *path.parents))


def hosts(hostname: str, peers: dict[str, str]) -> str:
    """Its hosts file. Its own name leads to itself where no network gave it an address."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    if hostname not in peers:
        lines.append(f"127.0.1.1 {hostname}")
    lines += [f"{address} {name}" for name, address in peers.items()]
    return "".join(f"{line}\n" for line in lines)


def login(pid: int, user: str, name: str) -> tuple[str, str, str]:
    """(uid, gid, home) of a user, as the container's own passwd has it. `pid`: its first process.

    Raises Code.INPUT for one that it has not.
    """
    for line in _passwd(pid):
        parts = line.split(":")
        if parts[0] == user and len(parts) > 5:
            return parts[2], parts[3], parts[5]
    raise SeraiError(
        Code.INPUT,
        f"{name}: user: the container has no user {user}",
        hint="leave user out: root comes in, and guest.users makes others",
    )


def _passwd(pid: int) -> list[str]:
    """Its lines; none where it is no plain file. From outside, a link of the container's leads into the host."""
    with ExitStack() as opened:
        try:
            etc = os.open(PROC / f"{pid}/root/etc", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            opened.callback(os.close, etc)
            how = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = opened.enter_context(os.fdopen(os.open("passwd", how, dir_fd=etc), errors="replace"))
        except OSError:
            return []
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return []
        return file.read(PASSWD_SIZE).splitlines()
