"""The official cloud images that serai knows by name: catalogue.toml, and the vendor's checksum for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec

from serai.util.errors import Code, SeraiError

_FIRMWARE: dict[str, tuple[str, ...]] = {"amd64": ("bios", "uefi"), "arm64": ("uefi",)}


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    names: list[str]
    url: str
    checksum: str
    user: str
    arches: dict[str, str] = msgspec.field(default_factory=lambda: {"amd64": "amd64", "arm64": "arm64"})
    codenames: dict[str, str] = {}
    points: dict[str, str] = {}
    mirrors: dict[str, str] = {}
    firmware: dict[str, tuple[str, ...]] = msgspec.field(default_factory=lambda: _FIRMWARE)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    image: list[_Row]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One official image. `name` is for example `debian:12`."""

    name: str
    row: _Row

    @property
    def user(self) -> str:
        return self.row.user

    @property
    def arches(self) -> list[str]:
        return list(self.row.arches)

    def firmware_of(self, arch: str) -> tuple[str, ...]:
        return self.row.firmware[arch]

    def urls(self, arch: str) -> list[tuple[str, str]]:
        """(image, checksum file) for the vendor's address and each mirror of it.

        Raises Code.UNSUPPORTED when the vendor makes none for this architecture.
        """
        if arch not in self.row.arches:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"image {self.name}: the vendor has none for {arch}, only for {', '.join(self.arches)}",
            )
        version = self.name.partition(":")[2]
        words = {
            "version": version,
            "arch": self.row.arches[arch],
            "codename": self.row.codenames.get(version, ""),
            "point": self.row.points.get(version, ""),
        }
        url = self.row.url.format(**words)
        pairs = [(url, self.row.checksum.format(url=url, **words))]
        for old, new in self.row.mirrors.items():
            pairs.append((url.replace(old, new), pairs[0][1].replace(old, new)))
        return pairs


@cache
def _entries() -> dict[str, Entry]:
    import tomllib

    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    rows = msgspec.convert(tomllib.loads(text), type=_File).image
    return {name: Entry(name=name, row=row) for row in rows for name in row.names}


def names() -> list[str]:
    """All names, with the version."""
    return list(_entries())


def lookup(name: str) -> Entry | None:
    """`debian:12`, `debian:12-cloud`, or `debian` for the newest that the catalogue has; None when unknown."""
    entries = _entries()
    name = name.removesuffix("-cloud")
    if ":" not in name:
        versions = [other for other in entries if other.startswith(f"{name}:")]
        return entries[versions[-1]] if versions else None
    return entries.get(name)


def locate(entry: Entry, arch: str, progress: Callable[[str], None]) -> tuple[str, str]:
    """The image's URL and its digest (`sha512:…`), from the vendor's checksum file; mirrors are tried in turn."""
    from serai.images import download
    from serai.images.checksums import find_digest

    failures = []
    for url, checksum_url in entry.urls(arch):
        try:
            text = download.text(checksum_url)
            return url, find_digest(text, url.rpartition("/")[2], source=checksum_url)
        except SeraiError as error:
            failures.append(error)
            progress(error.message)
    first = failures[0]
    raise SeraiError(
        first.code,
        f"image {entry.name}: {first.message}",
        hint=first.hint
        or "check the network and https_proxy; or bring the file: serai image import FILE --name NAME",
        details=[error.message for error in failures[1:]],
    )
