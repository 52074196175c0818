"""Layers of containers: the root filesystem, packed into the store; others are unpacked from it as from an image.

All kinds of root take them: owners are as they are inside, and lxc-create makes the storage. Packed is what lies
on the host's disk: what is mounted in the container is not in it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from serai.guest.forgetting import Traces, forgotten
from serai.guest.transport import Transport
from serai.images import layers
from serai.images.layers import Layer
from serai.providers import layering
from serai.providers.container_root import Root
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.first_process import Process
from serai.providers.kept import Keeping, Start
from serai.providers.lxc import gather, lifecycle, rootfs, snapshots
from serai.providers.lxc.record import Record
from serai.spec.base import stated
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

PROVIDER = "lxc"
TAR, FILE = "root.tar", "container.json"
MOUNTS = ("lxc.mount.entry", "lxc.mount.fstab")
BUDGET = 3600.0
PACK = ("--create", "--numeric-owner", "--one-file-system", "--sparse", "--xattrs", "--xattrs-include=security.*")
"""Options of tar: file capabilities are such attributes."""


class Kept(msgspec.Struct, frozen=True):
    """`container.json`: what a template or an image has said of the container."""

    base: str
    digest: str
    process: Process


def base(scope: Scope, machine: Machine, materials: Materials) -> tuple[str, str]:
    """(digest of what its first layer stands on, why it has none)."""
    box = machine.container
    if box is not None and box.rootfs:
        return "", "container.rootfs: what is in it is known only when it is unpacked; give it as an image"
    if any(key in msgspec.json.encode(stated(machine)).decode() for key in MOUNTS):
        return "", "lxc.mount: what is written there is in no layer"
    if why := layering.why_no_container(machine):
        return "", why
    if rootfs.storage(machine) not in ("dir", "btrfs"):
        return "", f"providers.lxc.storage: {rootfs.storage(machine)} cannot be read from outside while it runs"
    image = materials.image.digest if materials.image is not None else ""
    return layering.of_container(PROVIDER, machine, image, scope.root), ""


def keep(scope: Scope, machine: Machine, kept: Keeping, way: Transport, progress: Progress) -> Layer | None:
    """Pack it, frozen and while it has forgotten who it is. None: it is there already, or just being kept."""
    name = machine.name
    record = lifecycle.made(scope, name)
    tree = rootfs.rootfs_of(record.base)
    if tree is None or (not kept.fresh and layers.find(kept.key) is not None):
        return None
    try:
        with layers.making(kept.key) as folder:
            progress("keeping a layer")
            with forgotten(way, Traces(contained=True), name), snapshots.quiet(scope, name):
                pack(tree, folder / TAR, gather.idmap(machine))
            said = Kept(without_root(record.base), record.image_digest, record.process)
            (folder / FILE).write_bytes(msgspec.json.encode(said))
            return layers.publish(folder, _described(machine, record, kept))
    except SeraiError as error:
        if error.code is Code.BUSY:
            return None
        raise


def _described(machine: Machine, record: Record, kept: Keeping) -> Layer:
    template = machine.container.template if machine.container else None
    return Layer(
        id="",
        key=kept.key,
        blocks=kept.blocks,
        project=kept.project,
        at=0.0,
        provider=PROVIDER,
        image=machine.image or template or "",
        image_digest=record.image_digest,
    )


def pack(tree: Path, target: Path, idmap: Sequence[str]) -> None:
    """A tar of all that is in the tree, with owners as they are inside of it."""
    with tempfile.TemporaryDirectory(prefix="serai-lxc-") as place:
        argv = [which("tar", "tar"), *PACK]
        for kind, option in (("u", "--owner-map"), ("g", "--group-map")):
            if lines := list(_moved(tree, kind, idmap)):
                (Path(place) / kind).write_text("".join(lines))
                argv.append(f"{option}={Path(place) / kind}")
        done = run([*argv, "-C", tree, "-f", target, "."], timeout=BUDGET, check=False)
        if done.code > 1:  # 1: a socket, or a file that went meanwhile
            raise SeraiError(Code.FAILED, f"{tree} could not be packed: {done.stderr.strip()[-300:]}")


def _moved(tree: Path, kind: str, idmap: Sequence[str]) -> Iterator[str]:
    """Lines for tar: who owns files, outside and inside. Source: lxc.container.conf(5), lxc.idmap; GNU tar."""
    ranges = [tuple(map(int, line.split()[1:])) for line in idmap if line.split()[0] in (kind, "b")]
    if not ranges:
        return
    seen = {_owner(tree, kind)}
    for place, folders, files in os.walk(tree):
        seen |= {_owner(Path(place) / name, kind) for name in (*folders, *files)}
    for each in sorted(seen):
        for inside, outside, count in ranges:
            if outside <= each < outside + count:
                yield f"+{each} +{each - outside + inside}\n"


def _owner(path: Path, kind: str) -> int:
    found = path.lstat()
    return found.st_uid if kind == "u" else found.st_gid


def without_root(text: str) -> str:
    """A container's configuration without the place of its files, which is another one in the next."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("lxc.rootfs."))


def source(start: Start) -> tuple[Kept, Root]:
    """What a container is made of. Raises Code.MISSING when it has gone since it was planned."""
    place = layers.place(start.id)
    try:
        said = msgspec.json.decode((place / FILE).read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError) as error:
        gone = f"the layer {start.id} is gone"
        raise SeraiError(Code.MISSING, gone, hint="serai up again, or with --no-cache") from error
    layers.touch(start.id)
    return said, Root(tar=place / TAR, digest=said.digest, process=said.process)
