"""Making a container: by a template of LXC's (LXC-5), or from an image, an archive, a directory, an OCI layout.

lxc-create does it in any case, so that its storage (a directory, btrfs, ZFS, LVM, overlay) is made and mounted by
LXC itself. What is no template of LXC's goes through one of serai's own, which unpacks the tar that it gets by
stdin: inside the user namespace of an unprivileged container it could read no file of ours.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from serai.providers import container_root
from serai.providers.container_root import Root
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.first_process import Process
from serai.providers.lxc import gather
from serai.providers.lxc.place import CONFIG, TEMPLATES, container_name, lxcpath, templates, words
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.raw import LxcStorage
from serai.util import lxc_config
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError, did_you_mean
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
set -- -x -p --xattrs --xattrs-include='security.*' --numeric-owner
exec tar "$@" --exclude='./dev/*' --exclude='dev/*' $how -f - -C "$root"
"""
TEMPLATE_PROGRAMS = {
    "oci": {"skopeo": "skopeo", "umoci": "umoci", "jq": "jq"},
    "busybox": {"busybox": "busybox-static"},
    "download": {"wget": "wget", "gpg": "gpg", "xz": "xz-utils"},
}
"""What a template of LXC's needs on the host: program -> Debian package. Source: the templates themselves."""
EXECUTED = re.compile(r"^\s*lxc\.execute\.cmd\s*=(.*)$", re.MULTILINE)
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
    missing = [package for program, package in _called(name).items() if not shutil.which(program)]
    if missing:
        return SeraiError(
            Code.MISSING,
            f"container.template: {name} needs {', '.join(missing)}",
            hint=f"apt install {' '.join(missing)}",
        )
    return None


def _called(name: str) -> dict[str, str]:
    """What the table says of it; gpg only where the template names it, which that of LXC 5 does not any more."""
    wanted = dict(TEMPLATE_PROGRAMS.get(name, {}))
    try:
        text = (TEMPLATES / f"lxc-{name}").read_text(errors="replace")
    except OSError:
        return wanted
    if "gpg" not in text:
        wanted.pop("gpg", None)
    return wanted


def make_of_layer(scope: Scope, machine: Machine, said: str, root: Root, idmap: Sequence[str]) -> Made:
    """A container like the one that a layer was kept of. `said`: the configuration of that one."""
    container = container_name(scope, machine.name)
    with tempfile.TemporaryDirectory(prefix="serai-lxc-") as name:
        work = Path(name)
        work.chmod(0o755)
        draft = work / "config"
        draft.write_text(said + "".join(f"lxc.idmap = {line}\n" for line in idmap))
        argv = [*words("create", container), "-f", str(draft), "-B", storage(machine), *_storage_options(machine)]
        _unpack(machine, argv, root, work)
    written = (Path(lxcpath()) / container / "config").read_text()
    return Made(base=without_networks(written), digest=root.digest, process=root.process)


def make(scope: Scope, machine: Machine, materials: Materials, idmap: Sequence[str], progress: Progress) -> Made:
    """Run lxc-create, and give what it left in the container's configuration."""
    box = machine.container or Container()
    root = Root() if box.template else container_root.found(scope, machine, materials, progress)
    progress(f"making its root filesystem by {box.template or 'unpacking it'}")
    container = container_name(scope, machine.name)
    with tempfile.TemporaryDirectory(prefix="serai-lxc-") as name:
        work = Path(name)
        work.chmod(0o755)  # the root of an unprivileged container must come through
        draft = work / "config"
        draft.write_text(_first(box.template, idmap))
        argv = [*words("create", container), "-f", str(draft), "-B", storage(machine)]
        argv += _storage_options(machine)
        if box.template:
            _create(machine, [*argv, "-t", box.template, "--", *box.template_args])
        else:
            _unpack(machine, argv, root, work)
    written = (Path(lxcpath()) / container / "config").read_text()
    process = process_of(written) if box.template else root.process
    return Made(base=without_networks(written), digest=root.digest, process=process)


def process_of(written: str) -> Process:
    """What a template has found in an image to be run: LXC itself reads that for lxc-execute alone, which has no
    life of its own. Where, as whom and with which variables are keys that count for any start.

    Source: lxc-oci, which puts the image's JSON strings between single quotes; lxc.container.conf(5).
    """
    found = EXECUTED.findall(written)
    said = found[-1].strip() if found else ""
    quoted = len(said) > 1 and said[0] == said[-1] == "'"
    return Process(entrypoint=tuple(shlex.split(said[1:-1] if quoted else said)))


def _first(template: str | None, idmap: Sequence[str]) -> str:
    """What lxc-create itself needs: how ids are mapped while it unpacks, and what all containers share."""
    lines = [f"lxc.include = {CONFIG}/common.conf", f"lxc.arch = {ARCHES[host_arch()]}"] if not template else []
    lines += ["lxc.apparmor.profile = generated"] if gather.apparmor() else []
    lines += [f"lxc.idmap = {line}" for line in idmap]
    return "".join(f"{line}\n" for line in lines)


def _storage_options(machine: Machine) -> list[str]:
    found = []
    for key, value in machine.providers.lxc.storage_options.items():
        found += [f"--{key}", value]
    return found


def _unpack(machine: Machine, argv: list[str], root: Root, work: Path) -> None:
    script = work / "unpack"
    script.write_text(UNPACK)
    script.chmod(0o755)
    with container_root.packed(machine, root) as (stream, how):
        _create(machine, [*argv, "-t", str(script), "--", *how], stream)


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
    """Tell it its name and its network, where its files can be written."""
    if (root := rootfs_of(base)) is not None:
        container_root.personalize(root, hostname, disk=disk)
