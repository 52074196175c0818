"""`metadata.json` of a box: typed, bounded, read as a stranger's.

libvirt, version 1: one `box.img`, `format` and `virtual_size` (GB). Version 2: `disks`, each with its own path.
Source: Vagrant's documentation, Box File Format; vagrant-libvirt's documentation, Box Format.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from serai.images.boxes.name import word
from serai.util.errors import Code, SeraiError

MAX_BYTES = 1 << 20
"""Of metadata.json; real ones have a few hundred."""
MAX_DISKS = 16
_MAX_DEPTH = 32
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Words of other tools -> Vagrant's own."""


class BoxDisk(msgspec.Struct, frozen=True):
    """One disk of a version 2 box: a file's name in the box."""

    path: Annotated[str, Meta(min_length=1, max_length=255)]
    name: Annotated[str, Meta(max_length=255)] = ""


class Metadata(msgspec.Struct, frozen=True):
    """What serai reads of it. Other keys are for other providers, and stay in the file."""

    provider: Annotated[str, Meta(min_length=1, max_length=64)]
    architecture: Annotated[str, Meta(max_length=64)] | None = None
    format: Annotated[str, Meta(max_length=32)] | None = None
    disks: Annotated[list[BoxDisk], Meta(max_length=MAX_DISKS)] = []


def read(folder: Path) -> Metadata:
    """Of the unpacked box. Raises Code.CORRUPT naming the box and what is wrong with it."""
    file = folder / "metadata.json"
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise SeraiError(
            Code.CORRUPT,
            f"box {folder}: it has no metadata.json, which names its provider",
            hint="boxes of before 2013 have none: make it anew, or add the disk: serai image import",
        ) from error
    return parse(data, str(folder))


def parse(data: bytes, source: str) -> Metadata:
    """`source` is the box, for errors. Raises Code.CORRUPT."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        _shallow(data)
        found = msgspec.json.decode(data, type=Metadata)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SeraiError(Code.CORRUPT, f"box {source}: its metadata.json is wrong: {error}") from error
    word(found.provider, "provider")
    arch = found.architecture
    if arch:
        word(arch, "architecture")
    return msgspec.structs.replace(found, architecture=ARCHITECTURES.get(arch or "", arch or None))


def _shallow(data: bytes) -> None:
    """JSON may nest without end, a decoder's stack may not."""
    depth = most = 0
    inside = escaped = False
    for sign in data.decode("utf-8"):
        if inside:
            inside = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "[{":
            depth += 1
            most = max(most, depth)
        elif sign in "]}":
            depth -= 1
    if most > _MAX_DEPTH:
        raise ValueError(f"it nests {most} deep")


def info(folder: Path) -> dict[str, Any]:
    """`info.json`, which says who made the box; empty when there is none that can be read."""
    try:
        with (folder / "info.json").open("rb") as file:
            data = file.read(MAX_BYTES)
        _shallow(data)
        found = msgspec.json.decode(data)
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
