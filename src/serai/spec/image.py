"""Images that a project names itself."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Spec
from serai.spec.notes import Annotated


class Arch(StrEnum):
    AMD64 = "amd64"
    ARM64 = "arm64"


class Firmware(StrEnum):
    BIOS = "bios"
    UEFI = "uefi"


Url = Annotated[str, Meta(pattern=r"^https?://")]
FILE_CHECKSUM = r"^(sha256|sha512):[0-9a-f]{64,128}$"
Checksum = Annotated[str, Meta(pattern=r"^((md5|sha1|sha256|sha384|sha512):)?[0-9a-f]{32,128}$")]
"""Of a box any of these; of a url or path it is a FILE_CHECKSUM, which the loader holds to."""


class ChecksumType(StrEnum):
    """What Vagrant's catalogues know."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class ImageSource(Spec, frozen=True):
    """`images: {web: {url: …, checksum: …}}`, then `image: web`. Exactly one of url, path and box.

    `image: box:debian/bookworm64` is short for an image with this box and nothing else.
    """

    url: Annotated[Url | None, Meta(description="where to download it")] = None
    path: Annotated[str | None, Meta(description="a file, relative to the project")] = None
    box: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="a Vagrant box: its name in the catalogue, its or its catalogue's URL, or a file (VAG-5)",
            examples=["debian/bookworm64", "./package.box"],
        ),
    ] = None
    version: Annotated[
        str | None,
        Meta(
            description="of the box: constraints, all of which hold", examples=["12.20250126.1", "~> 12.0, < 13"]
        ),
    ] = None
    urls: Annotated[
        list[str], Meta(description="of the box: where it or its catalogue is; the first that answers counts")
    ] = []
    server: Annotated[Url | None, Meta(description="of the box: the catalogue's server")] = None
    architecture: Annotated[
        str | None, Meta(description="of the box: its architecture; default: the machine's", examples=["amd64"])
    ] = None
    checksum: Annotated[
        Checksum | None,
        Meta(
            description="digest of the file; needed for http: and for a url that may change",
        ),
    ] = None
    checksum_type: Annotated[
        ChecksumType | None, Meta(description="of the box: what the checksum is, where it does not say so itself")
    ] = None
    insecure: Annotated[bool, Meta(description="of the box: take any certificate of its server")] = False
    ca_cert: Annotated[
        str | None, Meta(description="of the box: file of certificates to trust, not the system's")
    ] = None
    ca_path: Annotated[str | None, Meta(description="of the box: directory of them (`openssl rehash`)")] = None
    client_cert: Annotated[
        str | None, Meta(description="of the box: file with our own certificate and its key")
    ] = None
    location_trusted: Annotated[
        bool, Meta(description="of the box: a login goes along to the host that a redirect leads to")
    ] = False
    check_update: Annotated[
        bool, Meta(description="of the box: say so when a newer version is out; asked once an hour at most")
    ] = True
    user: Annotated[
        str | None, Meta(description="its login; default: the catalogue's, else the one of the host")
    ] = None
    cloud_init: Annotated[bool, Meta(description="it reads a NoCloud seed")] = True
