"""Images that a project names itself."""

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


Url = Annotated[str, Meta(pattern=r"^https?://")]
Checksum = Annotated[str, Meta(pattern=r"^(sha256|sha512):[0-9a-f]{64,128}$")]


class ImageSource(Spec, frozen=True):
    """`images: {web: {url: …, checksum: …}}`, then `image: web`. Exactly one of url and path."""

    url: Annotated[Url | None, Meta(description="where to download it")] = None
    path: Annotated[str | None, Meta(description="a file, relative to the project")] = None
    checksum: Annotated[
        Checksum | None,
        Meta(
            description="digest of the file; needed for http: and for a url that may change",
        ),
    ] = None
    user: Annotated[
        str | None, Meta(description="its login; default: the catalogue's, else the one of the host")
    ] = None
    cloud_init: Annotated[bool, Meta(description="it reads a NoCloud seed")] = True
