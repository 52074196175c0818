"""Layers: what a machine's disks were after a provisioning block, for the next machine that comes to the same.

ROOT/KEY-TOKEN/layer.json    written last: what it stands on, what has been done in it, a seal of every file
               disks/*.qcow2 one for each disk of the machine: what differs from the layer, or the image, below it
     tmp/  locks/            unfinished ones (what nobody holds a lock on is rubbish); one lock a key

A key is a digest of the image, the hardware that the guest sees, and all blocks until there (run/chain.py): who
has the same key would have the same disks. Private to the person (0700, 0400), never changed. A layer whose file
is not what was kept, or whose ground is gone, starts no machine: then the blocks run, which is no error.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from serai.images import holders
from serai.images.store import draft, full_disk
from serai.util import paths
from serai.util.digest import token_hex
from serai.util.errors import SeraiError
from serai.util.files import empty_trash, private_dir, remove_tree, write_atomic
from serai.util.locks import lock
from serai.util.seals import Seal, look, seal

FILE, DISKS = "layer.json", "disks"
WORK = ("tmp", "locks")
TOKEN_BYTES = 4
GROUNDED = ("projects/*/machines", "templates", "forks")
"""Where disks are that may stand on layers, each with a directory `disks` in its own."""
DEEPEST = 12
"""Layers on one another: each is a file that QEMU opens and searches. A higher one stands on the image again."""


class Layer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One layer, as `layer.json` has it."""

    id: str
    """Its directory: the key, and a token, so that a new one never takes the place of files that are in use."""
    key: str
    provider: str
    image: str
    """Reference of the image, for people."""
    image_digest: str
    blocks: tuple[str, ...]
    """What was done in it, from the image on: `shell packages`."""
    at: float
    """When it was kept (Unix time)."""
    parent: str = ""
    """The layer that it stands on; empty: the image."""
    depth: int = 1
    """How many layers there are, with this one, until the image."""
    project: str = ""
    """Id of the project that alone may start from it; empty: all of this person's may."""
    grounds: dict[str, str] = {}
    """Disk -> the file that it stands on."""
    native: dict[str, str] = {}
    """Where it is, in the provider's own words, when it is no files of this store: see images/holders.py."""
    bytes: int = 0
    """How much it takes there."""
    seals: dict[str, Seal] = {}


def root() -> Path:
    return paths.home() / "layers"


def place(layer: str) -> Path:
    """The directory of a layer, be it there or not."""
    return root() / layer


def disks_of(layer: str) -> list[Path]:
    """Its disks, by the names that they have in a machine's directory."""
    return sorted((place(layer) / DISKS).glob("*.qcow2"))


def held(*, changing: bool = False) -> AbstractContextManager[None]:
    """While machines are made from layers none of them goes; `changing`: to remove some."""
    return lock(root() / "locks" / ".layers", what="the layers", shared=not changing, note="image prune")


def read(layer: str) -> Layer | None:
    """None: there is none, or its record is no record."""
    try:
        return msgspec.json.decode((place(layer) / FILE).read_bytes(), type=Layer)
    except (OSError, msgspec.MsgspecError):
        return None


def names() -> list[str]:
    """Of all that are there, whole or not."""
    return sorted(path.name for path in root().glob("*/") if path.name[0] != "." and path.name not in WORK)


def all_of_them() -> list[Layer]:
    """Those that can be read, the oldest first."""
    return sorted((found for name in names() if (found := read(name))), key=lambda each: each.at)


def find(key: str) -> Layer | None:
    """The newest of that key from which a machine can start: it and all below it are as they were kept."""
    try:
        there = os.listdir(root())  # noqa: PTH208 - asked for each machine of a plan
    except FileNotFoundError:
        return None
    found = [each for name in there if name.startswith(f"{key}-") and (each := read(name))]
    found.sort(key=lambda each: each.at, reverse=True)
    return next((each for each in found if not _unusable(each)), None)


def _unusable(layer: Layer) -> str:
    try:
        return why_broken(layer)
    except SeraiError as error:  # an engine that does not answer has no layers just now
        return error.message


def why_broken(layer: Layer) -> str:
    """Why no machine can start from it, or an empty string."""
    fresh: dict[str, Seal] = {}
    for name, kept in layer.seals.items():
        why, fresh[name] = look(place(layer.id) / name, kept)
        if why:
            return why
    for name, ground in layer.grounds.items():
        if not Path(ground).exists():
            return f"{name} stands on {ground}, which is gone"
    if layer.native and (why := holders.of(layer.provider).broken(layer)):
        return why
    if fresh != layer.seals:
        _write(place(layer.id), msgspec.structs.replace(layer, seals=fresh))
    if not layer.parent:
        return ""
    below = read(layer.parent)
    return why_broken(below) if below else f"the layer {layer.parent} below it is gone"


def touch(layer: str) -> None:
    """Note that it was used: `prune --older` and `--keep` go by it."""
    for path in (place(layer) / FILE, *((place(below) / FILE) for below in _below(layer))):
        try:
            os.utime(path)
        except OSError:
            continue  # a store that is read only works without the note


def _below(layer: str) -> Iterator[str]:
    found = read(layer)
    while found is not None and found.parent:
        yield found.parent
        found = read(found.parent)


def last_used(layer: str) -> float:
    """When a machine was last made from it, or from one that stands on it (Unix time)."""
    return (place(layer) / FILE).stat().st_mtime


@contextmanager
def making(key: str) -> Iterator[Path]:
    """A directory to put the disks of a new layer into. Raises Code.BUSY when somebody makes the same one."""
    private_dir(root())
    empty_trash(root())
    with (
        full_disk(root()),
        lock(root() / "locks" / key, what=f"layer {key}", note=f"pid {os.getpid()}", wait=False),
        draft(root() / "tmp", root() / "locks" / ".tmp") as folder,
    ):
        private_dir(folder / DISKS)
        yield folder


def publish(folder: Path, layer: Layer) -> Layer:
    """Make what is in the folder a layer: its id and seals are filled in. It is there as a whole or not at all."""
    layer = msgspec.structs.replace(layer, id=f"{layer.key}-{token_hex(TOKEN_BYTES)}", at=time.time())
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    found = {str(path.relative_to(folder)): seal(path) for path in files}
    layer = msgspec.structs.replace(layer, seals=found)
    _write(folder, layer)
    folder.rename(place(layer.id))
    return layer


def _write(directory: Path, layer: Layer) -> None:
    write_atomic(directory / FILE, msgspec.json.encode(layer))


def size(layer: str) -> int:
    """Bytes that it takes on the disk."""
    known = read(layer)
    return (known.bytes if known else 0) + sum(
        path.stat().st_blocks * 512 for path in place(layer).rglob("*") if path.is_file()
    )


def backing(disk: Path) -> str:
    """The file that a qcow2 stands on, as its header says; empty: none, or it is no qcow2.

    Source: qemu docs/interop/qcow2.txt, backing_file_offset and backing_file_size.
    """
    try:
        with disk.open("rb") as file:
            head = file.read(20)
            if head[:4] != b"QFI\xfb":
                return ""
            offset, length = struct.unpack_from(">QI", head, 8)
            if not offset:
                return ""
            file.seek(offset)
            return file.read(length).decode(errors="replace")
    except OSError:
        return ""


def in_use() -> set[str]:
    """Layers that the disk of a machine, a template or a fork stands on, and all below them."""
    home, found = paths.home(), set[str]()
    for pattern in GROUNDED:
        for disk in home.glob(f"{pattern}/*/disks/*.qcow2"):
            ground = Path(backing(disk))
            if ground.is_relative_to(root()):
                found.add(ground.relative_to(root()).parts[0])
    found |= _used_elsewhere()
    return found.union(*(_below(layer) for layer in found))


def _used_elsewhere() -> set[str]:
    """Those that machines of engines stand on; all of an engine that does not answer."""
    elsewhere: dict[str, list[Layer]] = {}
    for each in all_of_them():
        if each.native:
            elsewhere.setdefault(each.provider, []).append(each)
    found = set[str]()
    for provider, held in elsewhere.items():
        found |= holders.of(provider).used(held)
    return found


def drop(layer: str) -> None:
    """Remove it; nothing may stand on it. Raises when its engine does not let it go: then it is as before."""
    known = read(layer)
    if known is not None and known.native:
        holders.of(known.provider).drop(known)
    (place(layer) / FILE).unlink(missing_ok=True)
    remove_tree(place(layer))


def prune(
    *, older: float | None = None, keep: int | None = None, everything: bool = False, dry_run: bool = False
) -> list[Layer]:
    """Remove those not used for `older` seconds, or the longest unused until the rest takes `keep` bytes, or all.

    What a machine or another layer stands on stays; what can start no machine goes in any case. Those that are (or
    would be) gone.
    """
    if not root().is_dir():
        return []
    with held(changing=True):
        used, there = in_use(), {each.id: each for each in all_of_them()}
        gone: list[Layer] = []
        total = sum(size(name) for name in there)
        now = time.time()
        while True:
            grounds = {each.parent for each in there.values()}
            free = [each for each in there.values() if each.id not in used and each.id not in grounds]
            free.sort(key=lambda each: last_used(each.id))
            going = [
                each
                for each in free
                if everything or (older is not None and now - last_used(each.id) > older) or _unusable(each)
            ]
            if not going and keep is not None and total > keep:
                going = free[:1]
            if not going:
                break
            for each in going:
                total -= size(each.id)
                gone.append(there.pop(each.id))
        if not dry_run:
            for each in gone:
                drop(each.id)
            for name in names():
                if read(name) is None and name not in used:
                    drop(name)
        return gone
