"""The official image of the system that a well-known box has: offered when the box cannot be had, taken when told.

`serai box add NAME --image IMAGE` tells it; that is kept beside the boxes of the name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from serai.images.boxes import shelf
from serai.images.boxes.name import folder, is_long
from serai.util.files import private_dir, write_atomic


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    image: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    box: list[_Row]


class _Instead(msgspec.Struct, frozen=True):
    image: str


@cache
def _rows() -> list[tuple[re.Pattern[str], str]]:
    import tomllib

    text = Path(__file__).with_name("instead.toml").read_text(encoding="utf-8")
    rows = msgspec.convert(tomllib.loads(text), type=_Table).box
    return [(re.compile(row.name), row.image) for row in rows]


def official(name: str) -> str | None:
    """`ubuntu/jammy64` -> `ubuntu:22.04`; None for a box that nobody makes an image of."""
    for pattern, image in _rows():
        if match := pattern.fullmatch(name.lower()):
            return match.expand(re.sub(r"\\(\d)", r"\\g<\1>", image))
    return None


def _file(name: str) -> Path:
    return shelf.own_root() / folder(name) / "instead.json"


def taken(name: str) -> str | None:
    """The image that a person takes instead of this box."""
    if name.startswith(("/", ".", "~")) or is_long(name):
        return None  # a path, or an address
    try:
        return msgspec.json.decode(_file(name).read_bytes(), type=_Instead).image
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def take(name: str, image: str) -> None:
    """From now on the image counts as the box of that name."""
    file = _file(name)
    private_dir(file.parent)
    write_atomic(file, msgspec.json.encode(_Instead(image)))


def forget(name: str) -> bool:
    """The box counts again; False: it did already."""
    file = _file(name)
    there = file.exists()
    file.unlink(missing_ok=True)
    return there


def all_taken() -> dict[str, str]:
    """Box -> image, for all that a person has told."""
    from serai.images.boxes.name import name_of

    found = {}
    for file in sorted(shelf.own_root().glob("*/instead.json")):
        name = name_of(file.parent.name)
        if image := taken(name):
            found[name] = image
    return found
