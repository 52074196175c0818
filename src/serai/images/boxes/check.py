"""Newer versions of boxes: asked at most once an hour, conditionally; nothing fails because nobody answers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from serai.images import download
from serai.images.boxes import catalog, shelf
from serai.images.boxes.name import folder
from serai.images.boxes.source import ACCEPT, Wanted, server_of, with_token
from serai.images.way import PLAIN, Way, shown
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.gem_version import version

INTERVAL = 3600.0
"""Seconds between two looks (Vagrant's)."""
PATIENCE = 3.0
"""Seconds that a look may take on the way to something else."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A name's catalogue, as `catalog.json` keeps it."""

    url: str
    validator: str = ""
    checked: float = 0.0
    """When somebody looked last (Unix time), with or without an answer."""
    data: str = ""
    """What it said."""


class News(msgspec.Struct, frozen=True):
    """What a look gave for one box."""

    box: shelf.Box
    newest: str | None = None
    """The version that could be had; None: none that is newer, or nobody knows."""
    problem: str = ""
    """Why nobody knows."""


def _file(name: str) -> Path:
    return shelf.own_root() / folder(name) / "catalog.json"


def known(name: str) -> Source | None:
    """Where the catalogue of that name is: ours, or what Vagrant noted."""
    try:
        return msgspec.json.decode(_file(name).read_bytes(), type=Source)
    except (FileNotFoundError, msgspec.MsgspecError):
        pass
    try:
        url = (shelf.vagrant_root() / folder(name) / "metadata_url").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return Source(url) if url.startswith(("http://", "https://", "file:")) else None


def note(name: str, url: str, validator: str = "", data: str = "") -> None:
    """Write down where a name's catalogue is, and that it was looked at now."""
    file = _file(name)
    private_dir(file.parent)
    write_atomic(file, msgspec.json.encode(Source(url, validator, time.time(), data)), sync=False)


def look(
    box: shelf.Box,
    *,
    constraint: str | None = None,
    way: Way = PLAIN,
    force: bool = False,
    timeout: float | None = None,
) -> News:
    """Whether a newer version can be had for this box's provider and architecture. Never raises for a server that
    does not answer, or answers nonsense: that is a `problem`."""
    source = known(box.name)
    if source is None:
        return News(box, problem="it did not come from a catalogue")
    try:
        said = _ask(box.name, source, way, force, timeout)
        found = catalog.choose(
            catalog.parse(said.encode(), shown(source.url)),
            source=source.url,
            constraint=constraint,
            providers=(box.provider,),
            architecture=box.architecture,
            host=host_arch(),
        )
    except SeraiError as error:
        if error.code is Code.INPUT:
            raise
        return News(box, problem=error.message)
    newer = version(found.version) > version(box.version)
    return News(box, newest=found.version if newer else None)


def _ask(name: str, source: Source, way: Way, force: bool, timeout: float | None) -> str:
    """The catalogue's text: what was kept when it is fresh, or when the server says that it did not change."""
    if source.data and not force and 0 <= time.time() - source.checked < INTERVAL:
        return source.data
    if source.url.startswith("file:"):
        from urllib.parse import unquote, urlsplit

        try:
            return Path(unquote(urlsplit(source.url).path)).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise SeraiError(Code.MISSING, f"the catalogue {source.url} cannot be read: {error}") from error
    way = msgspec.structs.replace(with_token(way, server_of(Wanted(address=name))), plain_http=True)
    conditional = {"If-None-Match": source.validator} if source.validator and source.data else {}
    try:
        answer = download.document(
            source.url, limit=catalog.MAX_BYTES, way=way, headers={**ACCEPT, **conditional}, timeout=timeout
        )
    except SeraiError:
        note(name, source.url, source.validator, source.data)  # who is offline is not held up each time
        raise
    if answer.status == 304:
        note(name, source.url, source.validator, source.data)
        return source.data
    if answer.status != 200:
        note(name, source.url, source.validator, source.data)
        raise download.refused(source.url, answer.status)
    text = answer.data.decode(errors="replace")
    catalog.parse(answer.data, shown(source.url))
    note(name, source.url, answer.validator, text)
    return text


def sentence(box: shelf.Box, *, constraint: str | None = None, way: Way = PLAIN) -> str:
    """For `up`: that there is a newer version; empty when there is none, nobody knows, or nobody wants to."""
    if os.environ.get("VAGRANT_BOX_UPDATE_CHECK_DISABLE"):
        return ""
    source = known(box.name)
    if source is None or 0 <= time.time() - source.checked < INTERVAL:
        return ""
    news = look(box, constraint=constraint, way=way, timeout=PATIENCE)
    return f"box {box.name} {box.version}: {news.newest} is out (serai box update)" if news.newest else ""
