"""An OCI image layout as one root filesystem: its layers laid over each other into a tar, and what it runs.

Source: OCI image-spec: image-layout, manifest, config, layer (whiteouts).
"""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec

from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.tars import Bounded

Progress = Callable[[str], None]
PREFIX = "oci:"
"""What a reference to a layout begins with: `oci:./image`, `oci:./image:tag`."""
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
REF_NAME = "org.opencontainers.image.ref.name"


class _Descriptor(msgspec.Struct, frozen=True, rename={"media_type": "mediaType"}):
    digest: str
    media_type: str = ""
    annotations: dict[str, str] = {}
    platform: dict[str, object] = {}


Form = TypeVar("Form")


class _Index(msgspec.Struct, frozen=True):
    manifests: list[_Descriptor]


class _Manifest(msgspec.Struct, frozen=True):
    config: _Descriptor
    layers: list[_Descriptor]


class Config(msgspec.Struct, frozen=True, rename="pascal"):
    """What the image says of its process."""

    entrypoint: list[str] | None = None
    cmd: list[str] | None = None
    env: list[str] | None = None
    working_dir: str = ""
    user: str = ""


class _Image(msgspec.Struct, frozen=True):
    config: Config = Config()


class Flat(msgspec.Struct, frozen=True):
    """An image as one tar."""

    tar: Path
    digest: str
    config: Config


def split(reference: str, base: Path) -> tuple[Path, str]:
    """`oci:./image:tag` -> (directory, tag); the tag may be missing."""
    text = reference.removeprefix(PREFIX)
    place = base / paths.expanduser(text)
    if not place.is_dir() and ":" in text:
        head, _, tag = text.rpartition(":")
        return base / paths.expanduser(head), tag
    return place, ""


def flatten(reference: str, base: Path, arch: str, progress: Progress) -> Flat:
    """The image's root filesystem, in the cache. Code.INPUT: it is no layout; Code.CORRUPT: a broken layer."""
    layout, tag = split(reference, base)
    descriptor = _chosen(layout, tag, arch)
    manifest = _decoded(layout, descriptor.digest, _Manifest)
    config = _decoded(layout, manifest.config.digest, _Image).config
    place = private_dir(paths.home() / "cache" / "rootfs")
    target = place / f"oci-{descriptor.digest.rpartition(':')[2]}.tar"
    if not target.exists():
        progress(f"laying {len(manifest.layers)} layers of {reference} over each other")
        part = target.with_suffix(".part")
        layers = [_verified(layout, layer.digest) for layer in manifest.layers]
        try:
            _merge(layers, part)
        except (SeraiError, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
            part.unlink(missing_ok=True)
            cause = str(error).partition("\n")[0]
            raise SeraiError(
                Code.CORRUPT, f"{layout}: a layer is damaged: {cause}", hint="copy the image again"
            ) from error
        part.rename(target)
    return Flat(target, descriptor.digest, config)


def _chosen(layout: Path, tag: str, arch: str) -> _Descriptor:
    """The manifest of that tag (none: the only one, or the first) and of this architecture."""
    try:
        index = msgspec.json.decode((layout / "index.json").read_bytes(), type=_Index)
    except (OSError, msgspec.MsgspecError) as error:
        raise SeraiError(
            Code.INPUT, f"{layout} is no OCI image layout: {error}", hint="skopeo copy docker://NAME oci:DIRECTORY"
        ) from error
    found = [each for each in index.manifests if not tag or each.annotations.get(REF_NAME) == tag]
    if not found:
        known = ", ".join(each.annotations.get(REF_NAME, "?") for each in index.manifests) or "none"
        raise SeraiError(Code.INPUT, f"{layout} has no image {tag!r}", hint=f"there are {known}")
    first = found[0]
    if "index" in first.media_type:
        inner = _decoded(layout, first.digest, _Index).manifests
        mine = [each for each in inner if each.platform.get("architecture") == arch]
        if not mine:
            raise SeraiError(Code.UNSUPPORTED, f"{layout}: the image is not made for {arch}", hint="state arch")
        return mine[0]
    return first


def _decoded(layout: Path, digest: str, form: type[Form]) -> Form:
    """A part that is JSON. What is made of it is kept under its digest: it must be what that says."""
    try:
        return msgspec.json.decode(_verified(layout, digest).read_bytes(), type=form)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SeraiError(
            Code.CORRUPT, f"{layout}: its part {digest} is wrong: {error}", hint="copy the image again"
        ) from error


def _blob(layout: Path, digest: str) -> Path:
    kind, _, value = digest.partition(":")
    if kind not in ("sha256", "sha512") or not value.isalnum():  # it becomes a path
        raise SeraiError(Code.CORRUPT, f"{layout}: {digest!r} is no digest")
    path = layout / "blobs" / kind / value
    if not path.is_file():
        raise SeraiError(Code.CORRUPT, f"{layout}: its part {digest} is missing", hint="copy the image again")
    return path


def _verified(layout: Path, digest: str) -> Path:
    path = _blob(layout, digest)
    with path.open("rb") as file:
        seen = hashlib.file_digest(file, digest.partition(":")[0]).hexdigest()
    if seen != digest.partition(":")[2]:
        raise SeraiError(Code.CORRUPT, f"{path} is not what its name says", hint="copy the image again")
    return path


def _merge(layers: list[Path], target: Path) -> None:
    """The last layer's entries count; a whiteout hides what is below it, and is itself left out."""
    hidden, opaque, seen = _hidden(layers)
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as out:
        for number, layer in enumerate(layers):
            with tarfile.open(layer, tarinfo=Bounded) as archive:
                for member in archive:
                    name = _clean(member.name)
                    if PurePosixPath(name).name.startswith(WHITEOUT):
                        continue
                    if seen.get(name, number) != number or _is_hidden(name, number, hidden, opaque):
                        continue
                    member.name = f"./{name}"
                    if member.islnk():
                        member.linkname = f"./{_clean(member.linkname)}"
                    out.addfile(member, archive.extractfile(member) if member.isreg() else None)


def _clean(name: str) -> str:
    return str(PurePosixPath("/", name)).lstrip("/")


def _hidden(layers: list[Path]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """(hidden path -> layer that hides it, opaque directory -> layer, path -> last layer that has it)."""
    hidden: dict[str, int] = {}
    opaque: dict[str, int] = {}
    seen: dict[str, int] = {}
    for number, layer in enumerate(layers):
        with tarfile.open(layer, tarinfo=Bounded) as archive:
            for member in archive:
                path = PurePosixPath(_clean(member.name))
                parent = "" if str(path.parent) == "." else str(path.parent)
                if path.name == OPAQUE:
                    opaque[parent] = number
                elif path.name.startswith(WHITEOUT):
                    hidden[str(PurePosixPath(parent) / path.name.removeprefix(WHITEOUT))] = number
                else:
                    seen[str(path)] = number
    return hidden, opaque, seen


def _is_hidden(name: str, number: int, hidden: dict[str, int], opaque: dict[str, int]) -> bool:
    """Whether a later layer takes the path, or a directory above it, away."""
    path = PurePosixPath(name)
    above = [str(path), *(str(each) for each in path.parents if str(each) != ".")]
    if any(hidden.get(each, -1) > number for each in above):
        return True
    return any(opaque.get(each, -1) > number for each in (*above[1:], ""))
