"""From what a project says of a box to the image that its machines are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from serai.images.boxes import instead, shelf, source, stock
from serai.images.boxes.add import add
from serai.images.boxes.catalog import AUTO, digest, requirement
from serai.images.boxes.check import sentence
from serai.images.boxes.disks import USABLE
from serai.images.boxes.name import in_registry, is_long
from serai.images.store import Store
from serai.images.way import Way
from serai.providers.contract import Image
from serai.spec.image import ImageSource
from serai.spec.machine import Project
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

Progress = Callable[[str], None]
_KEPT = 60  # characters of a long address that becomes a name


def name_for(box: str, base: Path) -> str:
    """What the box is called on the shelf. A file is called by what it is now: one that changed is another box."""
    path = source.local(box, base)
    if path is not None:
        words = [str(path.absolute())]
        if path.exists():
            stat = path.stat()
            words += [str(stat.st_size), str(stat.st_mtime_ns), str(stat.st_ino)]
        return f"{path.stem}-{_short(*words)}"
    if "://" in box:
        return f"{box.rstrip('/').rpartition('/')[2][:_KEPT]}-{_short(box)}" if is_long(box) else box
    return box


def _short(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def architecture_of(wanted: ImageSource, arch: str) -> str:
    """What the box must be for; this host's, where nobody says another: then one that does not say fits too."""
    return wanted.architecture or (AUTO if arch == host_arch() else arch)


def box_of(wanted: ImageSource, arch: str, base: Path) -> shelf.Box | None:
    """The box that is here for it: no network, no work. A file whose name is also installed is the file."""
    assert wanted.box is not None
    return shelf.installed(
        name_for(wanted.box, base), wanted.version, USABLE, architecture=architecture_of(wanted, arch)
    )


def find(wanted: ImageSource, *, store: Store, arch: str, base: Path) -> Image | None:
    """The image, when the box is here and its disk is in the store. No network, no work."""
    assert wanted.box is not None
    if image := instead.taken(wanted.box):
        from serai.images import resolve

        found = resolve.find(image, root=store.root, arch=arch)
        return _as_box(found, wanted) if found else None
    box = box_of(wanted, arch, base)
    images = stock.images(box, store) if box else None
    return _used(images[0], box, wanted) if images and box else None


def ensure(wanted: ImageSource, *, store: Store, arch: str, base: Path, progress: Progress) -> Image:
    """The image; the box is fetched when none that fits is here. What is here is used without a server's word.

    Raises what `add` raises, with the official image of the same system as the way out, where there is one.
    """
    assert wanted.box is not None
    if image := instead.taken(wanted.box):
        from serai.images import resolve

        return _as_box(resolve.ensure(image, root=store.root, arch=arch, progress=progress), wanted)
    box = box_of(wanted, arch, base)
    if box is None:
        try:
            box = _fetch(wanted, arch, base, progress)
        except SeraiError as error:
            raise _with_way_out(error, wanted.box) from error
    elif wanted.check_update and (news := sentence(box, constraint=wanted.version, way=way_of(wanted))):
        progress(news)
    try:
        images = stock.ensure(box, store, progress)
    except SeraiError as error:
        raise _with_way_out(error, wanted.box) from error
    return _used(images[0], box, wanted)


def of_project(project: Project) -> list[tuple[ImageSource, str | None]]:
    """The boxes that a project's machines are made from, with the machine's architecture, if it states one."""
    from serai.images.resolve import box_source

    found: list[tuple[ImageSource, str | None]] = []
    for machine in project.machines.values():
        if machine.image and (wanted := box_source(machine.image, project.images)):
            found.append((wanted, machine.arch))
    return found


def check(wanted: ImageSource, base: Path) -> None:
    """Raise Code.INPUT for a box that cannot be: no network, no work."""
    assert wanted.box is not None
    box = wanted.box
    requirement(wanted.version)
    digest(wanted.checksum, wanted.checksum_type)
    path = source.local(box, base)
    if path is not None and not path.exists() and not wanted.urls:
        raise SeraiError(Code.INPUT, f"box {box}: there is no file {path}", hint="mend its path")
    known = path is not None or "://" in box or in_registry(box) or wanted.urls
    if not known and not shelf.boxes(box) and not instead.taken(box):
        raise SeraiError(
            Code.INPUT,
            f"box {box}: none of that name is here, and it is neither a file, a URL nor user/box",
            hint=f"say where it is: urls; or bring it in: serai box add FILE --name {box}",
        )


def way_of(wanted: ImageSource) -> Way:
    """How its servers are asked."""
    return Way(
        insecure=wanted.insecure,
        ca_cert=wanted.ca_cert,
        ca_path=wanted.ca_path,
        client_cert=wanted.client_cert,
        location_trusted=wanted.location_trusted,
    )


def _fetch(wanted: ImageSource, arch: str, base: Path, progress: Progress) -> shelf.Box:
    assert wanted.box is not None
    failures: list[SeraiError] = []
    for address in wanted.urls or [wanted.box]:
        try:
            return add(
                source.Wanted(
                    address=address,
                    name=name_for(wanted.box, base),
                    constraint=wanted.version,
                    providers=USABLE,
                    architecture=architecture_of(wanted, arch),
                    checksum=wanted.checksum,
                    checksum_type=wanted.checksum_type,
                    server=wanted.server,
                    way=way_of(wanted),
                    base=base,
                ),
                progress=progress,
            )
        except SeraiError as error:
            failures.append(error)
            progress(error.message)
    first = failures[0]
    raise SeraiError(first.code, first.message, hint=first.hint, details=[error.message for error in failures[1:]])


def _with_way_out(error: SeraiError, box: str) -> SeraiError:
    image = instead.official(box)
    if image is None or error.code not in (Code.NETWORK, Code.MISSING, Code.UNSUPPORTED):
        return error
    return SeraiError(
        error.code,
        error.message,
        hint=f"take the official image of the same system: serai box add {box} --image {image}",
        details=[*error.details, *([f"or: {error.hint}"] if error.hint else [])],
    )


def _used(image: Image, box: shelf.Box, wanted: ImageSource) -> Image:
    user = wanted.user or image.user
    return msgspec.structs.replace(image, user=user, login_key=box.key)


def _as_box(image: Image, wanted: ImageSource) -> Image:
    """Scripts for the box expect its user; cloud-init makes it, and lets our key in alone."""
    if image.seed == "none":
        return image
    return msgspec.structs.replace(image, user=wanted.user or stock.USER)
