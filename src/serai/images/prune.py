"""What may leave the store: names that nobody used for long, images without a name, blobs without an image.

What a machine's overlay stands on is never removed: every machine's `machine.json` says `image_digest`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import msgspec

from serai.images import layers
from serai.images.store import Manifest, Ref, Store, T, read
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock

KINDS = ("machines", "libvirt")
"""Where providers keep the records of machines, in a project's directory."""


def digests_of_machines(home: Path) -> set[str]:
    """Digests of the images that the machines below `home` are made from.

    Raises Code.CORRUPT for a record that cannot be read: not knowing is no reason to remove.
    """
    found: set[str] = set()
    for record in chain.from_iterable(home.glob(f"projects/*/{kind}/*/machine.json") for kind in KINDS):
        try:
            digest = json.loads(record.read_bytes()).get("image_digest", "")
        except FileNotFoundError:
            continue  # destroyed while we looked
        except (ValueError, AttributeError) as error:
            raise SeraiError(
                Code.CORRUPT,
                f"{record} is damaged, so that nobody knows which image its machine uses; nothing was removed",
                hint="destroy that machine, or repair the file",
            ) from error
        if digest:
            found.add(digest)
    return found


def digests_of_boxes(home: Path) -> set[str]:
    """Digests of the disks of boxes that are on the shelf: `serai box prune` and `remove` let them go."""
    from serai.images.boxes import shelf

    return {digest for box in shelf.own(home / "boxes") for digest in (box.record.digests if box.record else ())}


def digests_of_templates(home: Path) -> set[str]:
    """Digests of the images that the templates of warm starts stand on. One that cannot be read starts nothing."""
    found = set()
    for record in home.glob("templates/*/template.json"):
        try:
            found.add(str(json.loads(record.read_bytes())["image_digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def digests_of_layers(home: Path) -> set[str]:
    """Digests of the images that layers stand on."""
    return {found.image_digest for found in layers.all_of_them()}


USERS: list[Callable[[Path], set[str]]] = [
    digests_of_machines,
    digests_of_boxes,
    digests_of_templates,
    digests_of_layers,
]
"""Who uses images: each gives the digests in use below SERAI_HOME."""


class Pruned(msgspec.Struct, frozen=True):
    """What was, or with `dry_run` would be, removed."""

    references: list[str]
    files: int
    size: int
    """Bytes."""


def prune(store: Store, *, older: float | None = None, everything: bool = False, dry_run: bool = False) -> Pruned:
    """Remove what nobody needs. `older`: also names not used for so many seconds; `everything`: all names.

    Names whose image a machine uses stay in any case. Raises Code.CORRUPT for what cannot be read.
    """
    with store.kept(removing=True):
        used = set[str]().union(*(users(paths.home()) for users in USERS))
        refs = [_read(file, Ref) for file in store.ref_files()]
        going = [ref for ref in refs if ref.digest not in used and _is_old(store, ref, older, everything)]
        staying = {ref.digest for ref in refs if ref not in going} | used
        files = _unneeded(store, staying)
        size = sum(file.stat().st_size for file in files)
        if not dry_run:
            for ref in going:
                store.forget(ref)
            for file in files:
                file.unlink(missing_ok=True)
            _drop_downloads(store.root / "downloads")
        return Pruned([f"{ref.reference} ({ref.arch})" for ref in going], len(files), size)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return read(path, kind)
    except SeraiError as error:
        raise SeraiError(error.code, f"{error.message}; nothing was removed", hint=error.hint) from error


def _drop_downloads(folder: Path) -> None:
    """Remove unfinished downloads, except those that go on right now."""
    for locked in folder.glob("*.lock"):
        try:
            with lock(locked, what="a download", wait=False):
                for suffix in (".part", ".json", ""):
                    locked.with_suffix(suffix).unlink(missing_ok=True)
        except SeraiError:
            continue  # somebody downloads it


def _is_old(store: Store, ref: Ref, older: float | None, everything: bool) -> bool:
    return everything or (older is not None and time.time() - store.last_used(ref) > older)


def _unneeded(store: Store, digests: Iterable[str]) -> list[Path]:
    """Manifests and blobs that no image in `digests` has. Files younger than an hour may belong to a build."""
    keep = {digest.removeprefix("sha256:") for digest in digests}
    named = {file: _read(file, Manifest) for file in store.manifests()}
    blobs = {blob for file, manifest in named.items() if file.stem in keep for blob in manifest.blobs.values()}
    gone = [file for file in named if file.stem not in keep]
    orphans = {blob for file in gone for blob in named[file].blobs.values()} - blobs
    recent = time.time() - 3600
    for file in store.blob_files():
        if file.name in orphans or (file.name not in blobs and file.stat().st_mtime < recent):
            gone.append(file)
    return gone
