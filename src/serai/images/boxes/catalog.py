"""A box catalogue: which versions there are, for which providers and architectures, and which one is taken.

Pure. Source: Vagrant's documentation, Boxes: Metadata, and Box Versioning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urljoin

import msgspec
from msgspec import Meta

from serai.images.boxes.metadata import ARCHITECTURES
from serai.images.way import shown
from serai.util.errors import Code, SeraiError
from serai.util.gem_version import Malformed, Requirement, Version, is_version, listed_requirement, version

MAX_BYTES = 20 << 20
"""Of a catalogue; what is larger is a box (Vagrant draws the same line)."""
AUTO = "auto"
"""As an architecture: this host's. None is the catalogue's default one."""
_SHOWN = 8  # versions in an error
_FEW = 3  # providers in an error


class Entry(msgspec.Struct, frozen=True):
    """One box of a version."""

    name: str
    """The provider."""
    url: str = ""
    checksum: str | None = None
    checksum_type: str | None = None
    architecture: str | None = None
    default_architecture: bool = False


class Release(msgspec.Struct, frozen=True):
    """One version."""

    version: str
    status: str | None = None
    providers: Annotated[list[Entry], Meta(max_length=256)] = []


class Catalog(msgspec.Struct, frozen=True):
    """What a catalogue's JSON says."""

    name: str = ""
    description: str | None = None
    versions: Annotated[list[Release], Meta(max_length=10_000)] = []


class Choice(msgspec.Struct, frozen=True):
    """The box that is to be fetched: `url` is whole."""

    name: str
    version: str
    provider: str
    architecture: str | None
    url: str
    checksum: str | None
    """`sha256:…`, or of another of the five types."""


def parse(data: bytes, source: str) -> Catalog:
    """Raises Code.CORRUPT naming the catalogue's address."""
    if data.lstrip()[:1] == b"<":
        raise SeraiError(
            Code.CORRUPT,
            f"{source} is a web page, not a box catalogue",
            hint="a proxy or a login page stands in between: open the address in a browser",
        )
    try:
        return msgspec.json.decode(data, type=Catalog)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SeraiError(Code.CORRUPT, f"{source}: the box catalogue is wrong: {error}") from error


def choose(
    catalog: Catalog,
    *,
    source: str,
    constraint: str | None,
    providers: Sequence[str],
    architecture: str | None,
    host: str,
) -> Choice:
    """The newest version that meets every constraint and has a wanted box; in it, the first provider wanted.

    `providers` empty: any. Raises Code.MISSING, saying what the catalogue has instead.
    """
    wanted = requirement(constraint)
    releases = [(number, release) for release in catalog.versions if (number := usable(release))]
    releases.sort(key=lambda pair: pair[0], reverse=True)
    meeting = [release for number, release in releases if wanted.allows(number)]
    for release in meeting:
        for provider in providers or dict.fromkeys(entry.name for entry in release.providers):
            same = [entry for entry in release.providers if entry.name == provider]
            entry = of_architecture(same, architecture, host)
            if entry is not None and entry.url:
                return Choice(
                    name=catalog.name,
                    version=release.version,
                    provider=entry.name,
                    architecture=known_architecture(entry),
                    url=urljoin(source, entry.url) if "://" in source else entry.url,
                    checksum=digest(entry.checksum, entry.checksum_type),
                )
    raise _none(catalog, source, constraint, providers, architecture, host, meeting, [one for _, one in releases])


def requirement(text: str | None) -> Requirement:
    """`~> 1.2, != 1.2.5`; None or nothing: any version. Raises Code.INPUT."""
    try:
        return listed_requirement(text or "")
    except Malformed as error:
        raise SeraiError(
            Code.INPUT,
            f"{text!r} is no constraint on versions",
            hint="write for example `~> 12.0, != 12.1`, or 12.0",
        ) from error


def usable(release: Release) -> Version | None:
    """Its number; None for a version that is withdrawn, or whose number is none."""
    if release.status not in (None, "", "active"):
        return None
    return version(release.version) if is_version(release.version) else None


def of_architecture(entries: Sequence[Entry], architecture: str | None, host: str) -> Entry | None:
    """Of one provider's entries the one for the architecture: `auto` is this host's, None the default one."""
    if architecture is not None:
        name = host if architecture == AUTO else ARCHITECTURES.get(architecture, architecture)
        for entry in entries:
            if ARCHITECTURES.get(entry.architecture or "", entry.architecture) == name:
                return entry
        if architecture != AUTO:
            return None
    stated = [entry for entry in entries if known_architecture(entry)]
    if architecture == AUTO and stated:  # there are boxes for others only, and maybe one that does not say
        rest = [entry for entry in entries if entry not in stated]
        return next((entry for entry in rest if entry.default_architecture), rest[0] if len(rest) == 1 else None)
    default = next((entry for entry in entries if entry.default_architecture), None)
    return default or (entries[0] if len(entries) == 1 else None)


def known_architecture(entry: Entry) -> str | None:
    """None where the catalogue does not say, or says that it does not know."""
    word = entry.architecture
    return None if word in (None, "", "unknown") else ARCHITECTURES.get(str(word), word)


def digest(checksum: str | None, kind: str | None) -> str | None:
    """`TYPE:HEX`, the type by its length where it is not stated. Raises Code.INPUT for what is no checksum."""
    if not checksum:
        return None
    if ":" in checksum:
        kind, _, checksum = checksum.partition(":")
    checksum = checksum.strip().lower()
    lengths = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
    kind = (kind or next((name for name, length in lengths.items() if length == len(checksum)), "")).lower()
    if kind not in lengths:
        raise SeraiError(
            Code.INPUT,
            f"{kind or checksum[:20]!r} is no type of checksum: {', '.join(lengths)}",
            hint="take the digest that its maker gives, whole",
        )
    if len(checksum) != lengths[kind] or set(checksum) - set("0123456789abcdef"):
        raise SeraiError(Code.INPUT, f"{checksum[:20]}… is no {kind} digest: {lengths[kind]} hexadecimal digits")
    return f"{kind}:{checksum}"


def _none(
    catalog: Catalog,
    source: str,
    constraint: str | None,
    providers: Sequence[str],
    architecture: str | None,
    host: str,
    meeting: Sequence[Release],
    releases: Sequence[Release],
) -> SeraiError:
    """Why nothing was chosen, with what there is."""
    name = catalog.name or shown(source)
    if not meeting:
        there = [release.version for release in releases][:_SHOWN]
        has = f"it has {', '.join(there)}" if there else "it has none"
        more = f" and {len(releases) - _SHOWN} more" if len(releases) > _SHOWN else ""
        return SeraiError(
            Code.MISSING,
            f"box {name}: no version meets {constraint or '>= 0'}: {has}{more}",
            hint="mend the version",
        )
    arch = host if architecture == AUTO else architecture
    pairs = dict.fromkeys(
        f"{entry.name} ({known_architecture(entry) or 'any architecture'})"
        for release in meeting
        for entry in release.providers
    )
    wants = "any provider that can be used here" if len(providers) > _FEW else " or ".join(providers) or "anybody"
    return SeraiError(
        Code.MISSING,
        f"box {name}: it has no box for {wants}{' on ' + arch if arch else ''}, only for "
        f"{', '.join(list(pairs)[:_SHOWN]) or 'nobody'}",
        hint="take another box or version, or name one of these: serai box add --provider PROVIDER",
    )
