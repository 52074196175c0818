"""Bring a box in: fetched, verified, unpacked as a stranger's; its disks go into the image store."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from serai.images import download
from serai.images.boxes import disks, shelf
from serai.images.boxes.check import note
from serai.images.boxes.metadata import MAX_BYTES, Metadata, read
from serai.images.boxes.name import word
from serai.images.boxes.source import Found, Wanted, find
from serai.images.boxes.stock import bring_in
from serai.images.boxes.unpack import MAX_SIZE, unpack
from serai.images.headers import refuse
from serai.images.store import Store, full_disk
from serai.images.way import shown
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, remove_tree, write_atomic

Progress = Callable[[str], None]
_MAX_KEPT = 16 << 20  # bytes of what comes beside the disks; real boxes have kilobytes


def add(
    wanted: Wanted,
    *,
    force: bool = False,
    clean: bool = False,
    max_size: int = MAX_SIZE,
    progress: Progress,
) -> shelf.Box:
    """The box, on the shelf. `force` replaces one of the same version; `clean` forgets a download that had begun.

    Raises Code.REFUSED when it is there already.
    """
    progress(f"looking for the box {shown(wanted.address)}")
    found = find(wanted)
    if not force and (here := _same(found)) is not None:
        raise SeraiError(
            Code.REFUSED, f"box {here.label} is there already", hint="serai box add --force fetches it again"
        )
    store = Store()
    with store.locked(f"box:{found.name}", found.provider or "any"):
        if not force and (here := _same(found)) is not None:
            return here  # somebody else fetched it while we waited
        file = _file(found, store, clean, progress)
        with store.workspace() as work:
            box = _shelve(found, file, work, store, wanted, force, max_size, progress)
        if found.url:
            file.unlink(missing_ok=True)
    if found.catalog:
        note(box.name, found.catalog, found.validator)
    return box


def _same(found: Found) -> shelf.Box | None:
    """The box that it would be, when it is here. Without a catalogue the box itself says its provider."""
    for box in shelf.boxes(found.name):
        same_arch = None in (found.architecture, box.architecture) or found.architecture == box.architecture
        if box.version == found.version and found.provider in (None, box.provider) and same_arch:
            return box
    return None


def _file(found: Found, store: Store, clean: bool, progress: Progress) -> Path:
    """The box's file, or its directory, verified where there is a checksum."""
    if found.path is not None:
        if found.checksum:
            if found.path.is_dir():
                raise SeraiError(
                    Code.INPUT, f"{found.path} is a directory: it has no checksum", hint="leave it out"
                )
            progress("verifying the checksum")
            download.verify(found.path, found.checksum)
        return found.path
    if clean:
        download.forget(found.url, store.downloads(), checksum=found.checksum)
    if found.url.startswith("http:") and not found.checksum:
        progress(f"{shown(found.url)}: http: without a checksum: nobody can tell whether this is the box")
    return download.fetch(found.url, store.downloads(), checksum=found.checksum, progress=progress, way=found.way)


def _shelve(
    found: Found,
    file: Path,
    work: Path,
    store: Store,
    wanted: Wanted,
    force: bool,
    max_size: int,
    progress: Progress,
) -> shelf.Box:
    folder = work / "box"
    folder.mkdir()
    progress(f"unpacking {found.name}")
    with full_disk(store.root):
        if file.is_dir():
            _copy_directory(file, folder)
        else:
            unpack(file, folder, max_size=max_size)
    metadata = _checked(read(folder), found, wanted)
    architecture = found.architecture or metadata.architecture
    target = shelf.place(
        found.name,
        word(found.version, "version"),
        architecture and word(architecture, "architecture"),
        metadata.provider,
    )
    if target.exists() and not force:
        raise SeraiError(
            Code.REFUSED,
            f"box {found.name} ({metadata.provider}, {found.version}) is there already",
            hint="serai box add --force replaces it",
        )
    box = shelf.Box(
        name=found.name,
        version=found.version,
        provider=metadata.provider,
        architecture=architecture,
        directory=folder,
    )
    images = bring_in(box, store, disks_of(folder, metadata), movable=True, progress=progress)
    record = shelf.Record(
        name=found.name,
        version=found.version,
        provider=metadata.provider,
        architecture=architecture,
        images=tuple(reference for reference, _ in images),
        digests=tuple(image.digest for _, image in images),
        origin=shown(found.url) or str(file.absolute()),
        at=time.time(),
    )
    _put(folder, target, record, metadata)
    return msgspec.structs.replace(box, directory=target, record=record)


def disks_of(folder: Path, metadata: Metadata) -> list[Path]:
    """Its disks; none for a box that is made of metadata alone, which is kept for what its Vagrantfile says."""
    try:
        return disks.of(folder, metadata)
    except SeraiError as error:
        if error.code is not Code.UNSUPPORTED:
            raise
        return []


def _checked(metadata: Metadata, found: Found, wanted: Wanted) -> Metadata:
    """That it is the box that was asked for. Raises Code.CORRUPT or Code.MISSING."""
    if found.provider is not None and metadata.provider != found.provider:
        raise SeraiError(
            Code.CORRUPT,
            f"box {found.name}: the catalogue promised one for {found.provider}, this is for {metadata.provider}",
            hint="tell who keeps the catalogue",
        )
    if wanted.providers and metadata.provider not in wanted.providers:
        raise SeraiError(
            Code.MISSING,
            f"box {found.name}: it is for {metadata.provider}, {' or '.join(wanted.providers)} was wanted",
            hint=f"serai box add --provider {metadata.provider}",
        )
    return metadata


def _copy_directory(source: Path, target: Path) -> None:
    """An unpacked box. Links in it are refused, as in an archive."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise refuse(source, f"{path.name!r} in it is not a plain file")
        if path.is_dir():
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _put(folder: Path, target: Path, record: shelf.Record, metadata: Metadata) -> None:
    """Onto the shelf, whole or not at all. What is large stays behind: it is a disk, or for another provider."""
    left = _MAX_KEPT
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            is_text = path.name in ("metadata.json", "Vagrantfile", "info.json", "vagrant_private_key")
            if is_text and path.stat().st_size > MAX_BYTES:
                raise refuse(folder, f"{path.name} in the box claims an absurd size")
            if path.suffix in (".vmdk", ".vhd", ".vhdx", ".qcow2", ".img", ".raw", ".nvram", ".iso"):
                path.unlink()
                continue
            left -= path.stat().st_size
            if left < 0:
                raise refuse(
                    folder, f"beside its disks the box has more than {_MAX_KEPT >> 20} MiB of other files"
                )
            path.chmod(0o600)
    write_atomic(folder / shelf.RECORD, msgspec.json.format(msgspec.json.encode(record)))
    private_dir(target.parent)
    remove_tree(target)
    folder.rename(target)
