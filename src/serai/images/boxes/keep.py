"""What is done to boxes that are here: removed, pruned to the newest, brought up to date, packed again.

Boxes that Vagrant keeps are read only: `vagrant box remove` removes them. What a machine was made from stays in
the image store, whatever happens to its box.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from serai.images.boxes import check, instead, pack, shelf, stock
from serai.images.boxes.add import add
from serai.images.boxes.source import Wanted
from serai.images.prune import digests_of_machines
from serai.images.store import Store
from serai.images.way import PLAIN, Way
from serai.util import paths
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.files import remove_tree
from serai.util.gem_version import is_version, version

Progress = Callable[[str], None]


def some(name: str) -> list[shelf.Box]:
    """All boxes of a name. Raises Code.MISSING when there is none."""
    found = shelf.boxes(name)
    if not found:
        names = sorted({box.name for box in shelf.boxes()})
        near = did_you_mean(name, names)
        raise SeraiError(
            Code.MISSING,
            f"no box {name} is here{', ' + near if near else ''}",
            hint="serai box list shows what is",
        )
    return found


def chosen(
    name: str, *, number: str | None = None, provider: str | None = None, architecture: str | None = None
) -> list[shelf.Box]:
    """Those that fit what is said of them. Raises Code.MISSING naming what there is instead."""
    every = some(name)
    if number is not None and not is_version(number):
        raise SeraiError(Code.USAGE, f"{number!r} is no version", hint="serai box list shows which are here")
    found = [
        box
        for box in every
        if (number is None or version(box.version) == version(number))
        and provider in (None, box.provider)
        and architecture in (None, box.architecture)
    ]
    if not found:
        raise SeraiError(
            Code.MISSING,
            f"no such box {name} is here, only {', '.join(box.label for box in every)}",
            hint="serai box list shows what is",
        )
    return found


def remove(
    name: str,
    *,
    number: str | None = None,
    provider: str | None = None,
    architecture: str | None = None,
    all_versions: bool = False,
    all_providers: bool = False,
    all_architectures: bool = False,
) -> list[shelf.Box]:
    """Remove boxes of serai's own; those that went. What is not said must not leave a choice.

    Raises Code.USAGE when several fit, Code.REFUSED for boxes of Vagrant's.
    """
    if instead.taken(name) and not shelf.boxes(name):
        instead.forget(name)
        return []
    found = chosen(name, number=number, provider=provider, architecture=architecture)
    own = [box for box in found if box.is_own]
    if not own:
        raise SeraiError(
            Code.REFUSED,
            f"box {found[0].label} is Vagrant's, in {found[0].directory}: serai only reads it",
            hint=f"vagrant box remove {name}",
        )
    for what, values, free in (
        ("version", {box.version for box in own}, all_versions),
        ("provider", {box.provider for box in own}, all_providers),
        ("architecture", {box.architecture or "" for box in own}, all_architectures),
    ):
        if len(values) > 1 and not free and not (all_versions and what != "version"):
            option = {"version": "--box-version"}.get(what, f"--{what}")
            raise SeraiError(
                Code.USAGE,
                f"box {name} is here in {len(values)} {what}s: {', '.join(sorted(values))}",
                hint=f"name one with {option}, or say --all{'' if what == 'version' else f'-{what}s'}",
            )
    _remove(own)
    instead.forget(name)
    return own


def _remove(boxes: Sequence[shelf.Box]) -> None:
    store = Store()
    for box in boxes:
        remove_tree(box.directory)
    kept = {reference for box in shelf.boxes() if box.record for reference in box.record.images}
    for box in boxes:
        names = box.record.images if box.record else ()
        for reference in set(names) - kept:
            if ref := store.ref(reference, stock.arch_of(box)):
                store.forget(ref)
        for above in (box.directory.parent, box.directory.parent.parent):
            if above.is_dir() and not any(above.iterdir()):
                above.rmdir()
        name = box.directory.parents[2]
        if name.is_dir() and not any(path.is_dir() for path in name.iterdir()):
            (name / "catalog.json").unlink(missing_ok=True)
            if not any(name.iterdir()):
                name.rmdir()


def prune(
    *, name: str | None = None, provider: str | None = None, keep_active: bool = False, dry_run: bool = False
) -> list[shelf.Box]:
    """Remove what has a newer version for the same provider and architecture; those that went, or would go."""
    used = digests_of_machines(paths.home()) if keep_active else set()
    seen: set[tuple[str, str, str]] = set()
    going = []
    for box in shelf.boxes(name):  # the newest version of each comes first
        kind = _kind(box)
        if not box.is_own or provider not in (None, box.provider):
            continue
        if kind in seen and not (box.record and used & set(box.record.digests)):
            going.append(box)
        seen.add(kind)
    if not dry_run:
        _remove(going)
    return going


def newest(boxes: Sequence[shelf.Box]) -> list[shelf.Box]:
    """Of each name, provider and architecture the newest version."""
    found: dict[tuple[str, str, str], shelf.Box] = {}
    for box in boxes:
        known = found.get(_kind(box))
        if known is None or version(box.version) > version(known.version):
            found[_kind(box)] = box
    return list(found.values())


def _kind(box: shelf.Box) -> tuple[str, str, str]:
    """What a newer version takes the place of. A box that does not say its architecture counts as this host's."""
    return box.name, box.provider, stock.arch_of(box)


def update(
    box: shelf.Box, *, constraint: str | None = None, force: bool = False, way: Way = PLAIN, progress: Progress
) -> shelf.Box | None:
    """Fetch the newest version for this box's provider and architecture; None when there is none that is newer.

    Raises Code.NETWORK when nobody knows. Machines that run keep what they were made from.
    """
    news = check.look(box, constraint=constraint, way=way, force=True)
    if news.problem:
        raise SeraiError(Code.NETWORK, f"box {box.label}: {news.problem}", hint="serai box add brings a box in")
    if news.newest is None:
        return None
    source = check.known(box.name)
    assert source is not None
    return add(
        Wanted(
            address=source.url,
            name=box.name,
            constraint=f"= {news.newest}",
            providers=(box.provider,),
            architecture=box.architecture,
            way=way,
        ),
        force=force,
        progress=progress,
    )


def repackage(box: shelf.Box, target: Path, progress: Progress) -> None:
    """Write the box as a file again. A disk that was converted stays so: the box is for libvirt then."""
    store = Store()
    images = stock.ensure(box, store, progress) if box.is_own and box.record and box.record.images else None
    if images is None:
        pack.directory(box.directory, target, progress)
        return
    found = [image.disk for image in images if image.disk]
    sizes = [image.virtual_size for image in images]
    extra = {
        path.relative_to(box.directory).as_posix(): path
        for path in sorted(box.directory.rglob("*"))
        if path.is_file() and path.name not in (shelf.RECORD, "metadata.json")
    }
    native = box.provider in ("libvirt", "qemu")
    kept = {key: value for key, value in _metadata(box).items() if key == "architecture" or native}
    pack.write(target, pack.libvirt(found, sizes, extra, architecture=box.architecture, more=kept), progress)


def _metadata(box: shelf.Box) -> dict[str, object]:
    found = msgspec.json.decode((box.directory / "metadata.json").read_bytes())
    return found if isinstance(found, dict) else {}
