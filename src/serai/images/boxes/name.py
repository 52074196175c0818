"""What a box is called, and the directory that its name becomes.

Source: Vagrant's documentation, Box File Format; the layout of ~/.vagrant.d/boxes.
"""

from __future__ import annotations

import re

from serai.util.errors import Code, SeraiError

SLASH, COLON = "-VAGRANTSLASH-", "-VAGRANTCOLON-"
MAX_NAME = 150  # characters; a file name may have 255, and gets a suffix
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_REGISTRY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*")


def is_long(name: str) -> bool:
    """Whether its directory would have too long a name."""
    return len(name.replace(":", COLON).replace("/", SLASH)) > MAX_NAME


def folder(name: str) -> str:
    """`debian/bookworm64` -> `debian-VAGRANTSLASH-bookworm64`. Raises Code.INPUT for what cannot be one."""
    text = name.replace(":", COLON).replace("/", SLASH)
    bad = not text or text.startswith(".") or len(text) > MAX_NAME or any(ord(sign) < 32 for sign in text)
    if bad or "\\" in text:
        raise SeraiError(
            Code.INPUT,
            f"{name[:80]!r} cannot be the name of a box",
            hint="take letters, digits, dots, dashes, /",
        )
    return text


def name_of(directory: str) -> str:
    """The name again."""
    return directory.replace(COLON, ":").replace(SLASH, "/")


def word(text: str, what: str) -> str:
    """A version, provider or architecture as a part of a path. Raises Code.CORRUPT when it is not a plain word."""
    if not _WORD.fullmatch(text):
        raise SeraiError(
            Code.CORRUPT, f"{text[:80]!r} cannot be the {what} of a box: letters, digits, . _ + - only"
        )
    return text


def in_registry(address: str) -> bool:
    """Whether it has the form of a registry's name, `user/box`."""
    return bool(_REGISTRY.fullmatch(address))
