"""`container.rootfs` as an image of the engine's: a tar of a root filesystem, or that of an image of serai's.

The image is called by what it is made of, so that it is given to an engine once.
"""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import Any

from serai.providers.contract import Image, Progress, Scope
from serai.spec.machine import Machine
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

REPOSITORY = "serai/rootfs"
DIGITS = 16
"""Of the digest, in the tag."""


def file(text: str, root: Path) -> Path | None:
    """The file that is meant; None for a name of the catalogue. One that is there comes first."""
    path = root / expanduser(text)
    if path.is_file() or "/" in text or text.endswith((".tar", ".gz", ".tgz", ".xz", ".bz2")):
        return path
    return None


def tag(text: str, machine: Machine, scope: Scope) -> str:
    """What the engine will call it. Raises Code.INPUT where no file is, Code.MISSING for a name not yet made."""
    path = file(text, scope.root)
    if path is not None:
        return f"{REPOSITORY}:{_key(path)}"
    from serai.images import resolve

    image = resolve.find(text, arch=machine.arch or host_arch(), base=scope.root)
    if image is None:
        raise SeraiError(
            Code.MISSING, f"container.rootfs: {text} is not in the store", hint=f"serai up {machine.name}"
        )
    return f"{REPOSITORY}:{image.digest.rpartition(':')[2][:DIGITS]}"


def ensure_source(text: str, machine: Machine, scope: Scope, progress: Progress) -> None:
    """An image that is meant by its name is in the store afterwards: built or downloaded, where it was not."""
    if file(text, scope.root) is None:
        _image(text, machine, scope, progress)


def _image(text: str, machine: Machine, scope: Scope, progress: Progress) -> Image:
    from serai.images import resolve

    return resolve.ensure(text, arch=machine.arch or host_arch(), base=scope.root, progress=progress)


def give(client: Any, text: str, machine: Machine, scope: Scope, wanted: str, progress: Progress) -> None:
    """Have the engine make the image `wanted` of it; it unpacks gzip, bzip2 and xz itself."""
    path = file(text, scope.root)
    if path is None:
        from serai.images import rootfs

        path = rootfs.tar_of(_image(text, machine, scope, progress), progress)
    progress(f"importing {text}")
    repository, _, version = wanted.rpartition(":")
    client.import_image_from_file(str(path), repository=repository, tag=version)


def _key(path: Path) -> str:
    """The first digits of its digest. Raises Code.INPUT where no file is."""
    try:
        with path.open("rb") as data:
            return file_digest(data, "sha256").hexdigest()[:DIGITS]
    except OSError as error:
        raise SeraiError(
            Code.INPUT,
            f"container.rootfs: {path} cannot be read: {error.strerror}",
            hint="state a tar of a root filesystem: docker export NAME makes one",
        ) from error
