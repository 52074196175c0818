"""Where a box is (a file, a directory, a URL, a catalogue, `user/box` of a registry), and which one that comes to.

Source: Vagrant's documentation, `vagrant box add`, Box Repository, and the environment variables
VAGRANT_SERVER_URL and VAGRANT_CLOUD_TOKEN.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from serai.images import download
from serai.images.boxes.catalog import AUTO, MAX_BYTES, Catalog, Choice, choose, digest, parse, requirement
from serai.images.boxes.name import in_registry
from serai.images.way import PLAIN, Way, host_of, shown
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.gem_version import version
from serai.util.paths import exists, expanduser

DEFAULT_SERVER = "https://vagrantcloud.com"
ACCEPT = {"Accept": "application/json"}
_PEEK = 256  # bytes that tell a catalogue from a box
UNVERSIONED = "0"
"""The version of a box that comes without a catalogue."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for."""

    address: str
    name: str | None = None
    """What the box is to be called; a box without a catalogue has no other name."""
    constraint: str | None = None
    providers: tuple[str, ...] = ()
    """Whose boxes, the best first; empty: any."""
    architecture: str | None = AUTO
    checksum: str | None = None
    checksum_type: str | None = None
    server: str | None = None
    way: Way = PLAIN
    base: Path | None = None
    """Where relative paths begin; None: here."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The one box: fetched from `url`, or lying at `path`."""

    name: str
    version: str
    provider: str | None
    """None: the box itself says."""
    architecture: str | None
    url: str = ""
    path: Path | None = None
    checksum: str | None = None
    catalog: str = ""
    """The catalogue's address, for looking for updates; empty: there is none."""
    validator: str = ""
    way: Way = PLAIN


def find(wanted: Wanted) -> Found:
    """Look it up. Raises Code.INPUT, Code.MISSING, Code.NETWORK and Code.CORRUPT, each with the cause."""
    address = wanted.address
    requirement(wanted.constraint)
    way = msgspec.structs.replace(with_token(wanted.way, server_of(wanted)), plain_http=True)
    wanted = msgspec.structs.replace(wanted, way=way)
    if (path := local(address, wanted.base)) is not None:
        return _local(wanted, path)
    if address.startswith(("http://", "https://")):
        return _remote(wanted)
    if in_registry(address):
        url, catalog, validator = registry(address, server_of(wanted), way)
        return _chosen(msgspec.structs.replace(wanted, name=wanted.name or address), catalog, url, validator)
    raise SeraiError(
        Code.INPUT,
        f"box {address}: no such file, and neither a URL nor a name as user/box",
        hint="give a file, a URL, or a name of the registry: serai box add debian/bookworm64",
    )


def server_of(wanted: Wanted) -> str:
    return (wanted.server or os.environ.get("VAGRANT_SERVER_URL") or DEFAULT_SERVER).rstrip("/")


def with_token(way: Way, server: str) -> Way:
    """With the login of $VAGRANT_CLOUD_TOKEN, which goes to that server and to nobody else."""
    token = os.environ.get("VAGRANT_CLOUD_TOKEN", "")
    return msgspec.structs.replace(way, token=token, token_host=host_of(server)) if token else way


def local(address: str, base: Path | None) -> Path | None:
    """The path that an address means, when it means one: a `file:` URL always, a path when it is there."""
    if address.startswith("file:"):
        return Path(unquote(urlsplit(address).path))
    if "://" in address:
        return None
    path = expanduser(address)
    path = path if path.is_absolute() else (base or Path.cwd()) / path
    if exists(path) or address.startswith(("./", "../", "/", "~")):
        return path
    return None


def _local(wanted: Wanted, path: Path) -> Found:
    if not exists(path):
        raise SeraiError(Code.INPUT, f"box {path}: there is no such file", hint="mend its path")
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(_PEEK)
        if _is_json(head) and path.stat().st_size <= MAX_BYTES:
            catalog = parse(path.read_bytes(), str(path))
            return _chosen(wanted, catalog, path.absolute().as_uri(), "")
    return _direct(wanted, path=path)


def _remote(wanted: Wanted) -> Found:
    head = download.document(wanted.address, limit=_PEEK, way=wanted.way, headers=ACCEPT)
    if head.status != 200:
        raise download.refused(wanted.address, head.status)
    if not _is_json(head.data):
        return _direct(wanted, url=wanted.address)
    whole = download.document(wanted.address, limit=MAX_BYTES + 1, way=wanted.way, headers=ACCEPT)
    if len(whole.data) > MAX_BYTES:
        raise SeraiError(Code.CORRUPT, f"{shown(wanted.address)}: too large for a catalogue, and no box")
    catalog = parse(whole.data, shown(wanted.address))
    return _chosen(wanted, catalog, wanted.address, whole.validator)


def registry(name: str, server: str, way: Way, timeout: float | None = None) -> tuple[str, Catalog, str]:
    """Address, content and validator of a box's catalogue at a server: of the registry's API, else a static file.

    Raises Code.NETWORK; Code.MISSING when the server has no such box, or does not show it to us.
    """
    statuses = []
    for url in (f"{server}/api/v2/vagrant/{name}", f"{server}/{name}"):
        answer = download.document(url, limit=MAX_BYTES, way=way, headers=ACCEPT, timeout=timeout)
        if answer.status == 200 and _is_json(answer.data):
            return url, parse(answer.data, shown(url)), answer.validator
        statuses.append(answer.status)
    if any(status >= 500 or status == 429 for status in statuses):
        raise download.refused(f"{server}/{name}", max(statuses))
    private = "it may be private: set VAGRANT_CLOUD_TOKEN" if not way.token else "the token may not see it"
    raise SeraiError(
        Code.MISSING, f"box {name}: {shown(server)} has no such box", hint=f"is its name right? {private}"
    )


def _is_json(head: bytes) -> bool:
    return head.lstrip()[:1] == b"{"


def _chosen(wanted: Wanted, catalog: Catalog, source: str, validator: str) -> Found:
    choice: Choice = choose(
        catalog,
        source=source,
        constraint=wanted.constraint,
        providers=wanted.providers,
        architecture=wanted.architecture,
        host=host_arch(),
    )
    name = wanted.name or choice.name
    if not name:
        raise SeraiError(Code.CORRUPT, f"{shown(source)}: the box catalogue has no name", hint="give one: --name")
    url, path = choice.url, None
    if not url.startswith(("http://", "https://")):
        if not source.startswith("file:"):
            raise SeraiError(
                Code.CORRUPT,
                f"{shown(source)}: the catalogue of a server names {url}, which is no URL of a server",
            )
        path = local(url, Path(unquote(urlsplit(source).path)).parent)
        if path is None or not path.exists():
            raise SeraiError(Code.INPUT, f"{source} names the box {url}, which is not there")
        url = ""
    return Found(
        name=name,
        version=choice.version,
        provider=choice.provider,
        architecture=choice.architecture,
        url=url,
        path=path,
        checksum=digest(wanted.checksum, wanted.checksum_type) or choice.checksum,
        catalog=source,
        validator=validator,
        way=wanted.way,
    )


def _direct(wanted: Wanted, *, url: str = "", path: Path | None = None) -> Found:
    """A box without a catalogue has no version, and no name of its own."""
    if not wanted.name:
        raise SeraiError(
            Code.USAGE, f"{shown(url) or path} is a box, and does not say what it is called", hint="give a --name"
        )
    if not requirement(wanted.constraint).allows(version(UNVERSIONED)):
        raise SeraiError(
            Code.INPUT,
            f"box {wanted.name}: {shown(url) or path} is a box and no catalogue: it has no version, "
            f"{wanted.constraint} cannot be met",
            hint="leave the version out",
        )
    return Found(
        name=wanted.name,
        version=UNVERSIONED,
        provider=None,
        architecture=None,
        url=url,
        path=path,
        checksum=digest(wanted.checksum, wanted.checksum_type),
        way=wanted.way,
    )
