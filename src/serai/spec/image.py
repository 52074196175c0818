"""Images that a project names itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from serai.spec.base import Spec


class Arch(StrEnum):
    AMD64 = "amd64"
    ARM64 = "arm64"


class Firmware(StrEnum):
    BIOS = "bios"
    UEFI = "uefi"


class ImageSource(Spec):
    """`images: {web: {url: …, checksum: …}}`, then `image: web`. Exactly one of url and path."""

    url: Annotated[str | None, Meta(pattern=r"^https?://", description="where to download it")] = None
    path: Annotated[str | None, Meta(description="a file, relative to the project")] = None
    checksum: Annotated[
        str | None,
        Meta(
            pattern=r"^(sha256|sha512):[0-9a-f]{64,128}$",
            description="digest of the file; needed for http: and for a url that may change",
        ),
    ] = None
    user: Annotated[str | None, Meta(description="its login; default: the catalogue's, else the one of the host")] = (
        None
    )
    cloud_init: Annotated[bool, Meta(description="it reads a NoCloud seed")] = True
