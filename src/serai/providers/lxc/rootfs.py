"""Making a container: by a template of LXC's (LXC-5), or from an image, an archive, a directory, an OCI layout.

lxc-create does it in any case, so that its storage (a directory, btrfs, ZFS, LVM, overlay) is made and mounted by
LXC itself. What is no template of LXC's goes through one of serai's own, which unpacks the tar that it gets by
stdin: inside the user namespace of an unprivileged container it could read no file of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.lxc.place import CONFIG, container_name, lxcpath, templates, words
from serai.providers.lxc.record import Process
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.raw import LxcStorage
from serai.util import lxc_config
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.files import write_atomic
from serai.util.process import run, which

UNPACK = """\
#!/bin/sh
# Called by lxc-create: unpacks the tar on stdin into the root filesystem that LXC has mounted.
set -e
for word; do
  case $word in
    --rootfs=*) root=${word#--rootfs=} ;;
    --use-compress-program=*) how=$word ;;
  esac
done
exec tar -x -p --numeric-owner --exclude='./dev/*' --exclude='dev/*' $how -f - -C "$root"
"""
COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""First bytes of a file -> the program that unpacks it. Source: the formats' own magic numbers."""
TEMPLATE_PROGRAMS = {
    "oci": {"skopeo": "skopeo", "umoci": "umoci", "jq": "jq"},
    "busybox": {"busybox": "busybox-static"},
    "download": {"wget": "wget", "gpg": "gpg", "xz": "xz-utils"},
}
"""What a template of LXC's needs on the host: program -> Debian package. Source: the templates themselves."""
ARCHES = {"amd64": "x86_64", "arm64": "aarch64"}
BTRFS = 0x9123683E
"""Source: statfs(2)."""
BUDGET = 1800.0
"""Seconds: templates download."""


class Made(msgspec.Struct, frozen=True):
    """What a container was made of."""

    base: str
    """Its configuration, as the template left it, without networks."""
    digest: str = ""
    process: Process = Process()


class Source(msgspec.Struct, frozen=True):
    """Where the root filesystem comes from: a template, a tar or a directory. Exactly one."""

    template: str = ""
    args: tuple[str, ...] = ()
    tar: Path | None = None
    tree: Path | None = None
    digest: str = ""
    process: Process = Process()


def storage(machine: Machine) -> str:
    """`-B` of lxc-create: the stated one; else btrfs where the containers lie on it, else a directory."""
    stated = machine.providers.lxc.storage
    if stated is not LxcStorage.AUTO:
        return str(stated)
    return "btrfs" if _is_btrfs(lxcpath()) else "dir"


def _is_btrfs(path: str) -> bool:
    told = run([which("stat", "coreutils"), "-f", "-c", "%t", path], check=False)
    return told.ok and int(told.stdout.strip() or "0", 16) == BTRFS


def check_template(name: str) -> SeraiError | None:
    """Why a template cannot be used; None: it can."""
    known = templates()
    if name not in known and not name.startswith("/"):
        near = did_you_mean(name, known) or f"there are {', '.join(known) or 'none'}"
        return SeraiError(Code.INPUT, f"container.template: LXC has no template {name}", hint=near)
    missing = [
        package for program, package in TEMPLATE_PROGRAMS.get(name, {}).items() if not shutil.which(program)
    ]
    if missing:
        return SeraiError(
            Code.MISSING,
            f"container.template: {name} needs {', '.join(missing)}",
            hint=f"apt install {' '.join(missing)}",
        )
    return None


def source_of(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> Source:
    """What the spec says it is made from. Raises Code.INPUT for a file that is not there."""
    box = machine.container or Container()
    if box.template:
        return Source(template=box.template, args=tuple(box.template_args))
    if box.rootfs:
        return _archive(scope, machine, box.rootfs, progress)
    from serai.images import rootfs

    assert materials.image is not None  # checked before
    return Source(tar=rootfs.tar_of(materials.image, progress), digest=materials.image.digest)


def _archive(scope: Scope, machine: Machine, text: str, progress: Progress) -> Source:
    from serai.images import oci, resolve, rootfs

    arch = machine.arch or host_arch()
    if text.startswith(oci.PREFIX):
        flat = oci.flatten(text, scope.root, arch, progress)
        said = flat.config
        process = Process(
            entrypoint=tuple(said.entrypoint or ()),
            cmd=tuple(said.cmd or ()),
            env=tuple(said.env or ()),
            working_dir=said.working_dir,
            user=said.user,
        )
        return Source(tar=flat.tar, digest=flat.digest, process=process)
    place = scope.root / Path(text).expanduser()
    if place.is_dir():
        return Source(tree=place)
    if place.is_file():
        return Source(tar=place)
    if "/" in text:
        raise SeraiError(
            Code.INPUT, f"{machine.name}: container.rootfs: {place} is not there", hint="a tar, or a directory"
        )
    image = resolve.ensure(text, arch=arch, base=scope.root, progress=progress)
    return Source(tar=rootfs.tar_of(image, progress), digest=image.digest)


def make(scope: Scope, machine: Machine, materials: Materials, idmap: Sequence[str], progress: Progress) -> Made:
    """Run lxc-create, and give what it left in the container's configuration."""
    source = source_of(scope, machine, materials, progress)
    progress(f"making its root filesystem by {source.template or 'unpacking it'}")
    container = container_name(scope, machine.name)
    with tempfile.TemporaryDirectory(prefix="serai-lxc-") as name:
        work = Path(name)
        work.chmod(0o755)  # the root of an unprivileged container must come through
        draft = work / "config"
        draft.write_text(_first(source, idmap))
        argv = [*words("create", container), "-f", str(draft), "-B", storage(machine)]
        argv += _storage_options(machine)
        if source.template:
            _create(machine, [*argv, "-t", source.template, "--", *source.args])
        else:
            _unpack(machine, argv, source, work)
    written = (Path(lxcpath()) / container / "config").read_text()
    return Made(base=without_networks(written), digest=source.digest, process=source.process)


def _first(source: Source, idmap: Sequence[str]) -> str:
    """What lxc-create itself needs: how ids are mapped while it unpacks, and what all containers share."""
    lines = (
        [f"lxc.include = {CONFIG}/common.conf", f"lxc.arch = {ARCHES[host_arch()]}"] if not source.template else []
    )
    lines += ["lxc.apparmor.profile = generated"]
    lines += [f"lxc.idmap = {line}" for line in idmap]
    return "".join(f"{line}\n" for line in lines)


def _storage_options(machine: Machine) -> list[str]:
    found = []
    for key, value in machine.providers.lxc.storage_options.items():
        found += [f"--{key}", value]
    return found


def _unpack(machine: Machine, argv: list[str], source: Source, work: Path) -> None:
    script = work / "unpack"
    script.write_text(UNPACK)
    script.chmod(0o755)
    argv = [*argv, "-t", str(script), "--"]
    if source.tar is not None:
        with source.tar.open("rb") as file:
            first = os.pread(file.fileno(), 8, 0)  # its offset stays: tar reads from the beginning
            how = next((program for magic, program in COMPRESSED.items() if first.startswith(magic)), "")
            _create(machine, [*argv, *([f"--use-compress-program={which(how)}"] if how else [])], file.fileno())
        return
    packer = subprocess.Popen(
        [which("tar", "tar"), "--numeric-owner", "-C", os.fspath(source.tree or "."), "-cf", "-", "."],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert packer.stdout is not None
    with packer.stdout:
        _create(machine, argv, packer.stdout.fileno())
    if packer.wait():
        raise SeraiError(
            Code.FAILED, f"{machine.name}: container.rootfs: {source.tree} could not be read to its end"
        )


def _create(machine: Machine, argv: list[str], stdin: int = subprocess.DEVNULL) -> None:
    """Raises Code.FAILED with the template's last lines."""
    try:
        done = subprocess.run(
            argv, stdin=stdin, capture_output=True, text=True, errors="replace", timeout=BUDGET, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SeraiError(Code.TIMEOUT, f"{machine.name}: lxc-create did not end within {BUDGET:g} s") from error
    if done.returncode == 0:
        return
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    plain = [line for line in lines if "lxc-create:" not in line and "lxc_container:" not in line]
    cause = (plain or lines or ["it said nothing"])[-1].strip()
    raise SeraiError(
        Code.FAILED,
        f"{machine.name}: it cannot be made by {Path(argv[argv.index('-t') + 1]).name}: {cause}",
        hint="serai explain LXC-5",
        details=lines[-12:],
    )


def without_networks(text: str) -> str:
    """What a template or default.conf says of networks is left out, and so is the name: serai states them."""
    lines = lxc_config.converted(text).splitlines(keepends=True)
    gone = ("lxc.net.", "lxc.net ", "lxc.uts.name", "lxc.idmap")
    return "".join(line for line in lines if not line.lstrip().startswith(gone))


def rootfs_of(base: str) -> Path | None:
    """Where the root filesystem can be read and written while the container is off; None: it must be mounted."""
    kind, _, rest = lxc_config.setting(base, "lxc.rootfs.path").partition(":")
    if not rest:
        return Path(kind) if kind.startswith("/") else None
    if kind in ("dir", "btrfs"):
        return Path(rest)
    return None


def personalize(base: str, hostname: str, *, disk: bool) -> None:
    """What an image expects of its first boot, and nobody tells a container: its name, and DHCP on eth0.

    `disk`: it comes from one, whose partitions it must not look for, and whose first boot makes the keys of sshd.
    """
    found = rootfs_of(base)
    if found is None or not (found / "etc").is_dir():
        return
    root = found.resolve()
    _write(root / "etc/hostname", f"{hostname}\n")
    if (root / "usr/lib/systemd/systemd-networkd").exists() or (root / "lib/systemd/systemd-networkd").exists():
        _write(root / "etc/systemd/network/10-serai-eth0.network", NETWORKD)
    if (root / "etc/cloud").is_dir():
        _write(root / "etc/cloud/cloud-init.disabled", "")
    if disk:
        _write(root / "etc/fstab", "# A container's root filesystem is mounted by LXC.\n")
        _host_keys(root)


def _host_keys(root: Path) -> None:
    """As cloud-init would make them; an image never has any."""
    place = root / "etc/ssh"
    if not (root / "usr/sbin/sshd").exists() or place.resolve() != place or any(place.glob("ssh_host_*_key")):
        return
    owner = place.stat()
    for kind in ("ed25519", "rsa"):
        key = place / f"ssh_host_{kind}_key"
        run([which("ssh-keygen", "openssh-client"), "-q", "-t", kind, "-N", "", "-C", "root", "-f", key])
        for path in (key, key.with_name(f"{key.name}.pub")):
            os.chown(path, owner.st_uid, owner.st_gid)


NETWORKD = "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n"


def _write(path: Path, text: str) -> None:
    """Never through a link of the root filesystem's: it could lead out of it. A link at the end is replaced."""
    root = path.parent
    if root.resolve() != root:
        return
    root.mkdir(parents=True, exist_ok=True)
    seen = root.stat()
    write_atomic(path, text, mode=0o644, sync=False, owner=(seen.st_uid, seen.st_gid))
