"""Resolved projects, kept in SERAI_HOME: a project file that has not changed is not read in again.

An entry holds all that its project was made of, and counts only where all of it is still so: files byte for byte,
variables, what was looked for on the disk, and serai itself. What cannot be written down is not kept. Never in the
project's directory: that may be anybody's.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from serai.loaders.access import NONE, Access
from serai.loaders.inputs import Inputs, kind
from serai.spec.machine import Project
from serai.util import paths

if TYPE_CHECKING:
    from serai.loaders.blocks import RawBlock
    from serai.loaders.either import AskBoxes
    from serai.spec.base import Spec

MAX_ENTRIES = 32
MAX_BYTES = 1 << 20
"""Of an entry. One machine takes about a kilobyte."""
_WORD = 1 << 62
"""What a number of msgpack holds."""
SOURCES = ("", "loaders", "loaders/yaml", "loaders/compose", "spec", "spec/provisioners", "util")
RUBY = tuple(f"loaders/vagrantfile{part}" for part in ("", "/mapping", "/config", "/config/keys", "/ruby"))
RUBY += tuple(f"loaders/vagrantfile/ruby/{part}" for part in ("compile", "library", "library/core", "library/std"))
"""Packages of serai's that a project depends on: their files, as they are now, are its version. RUBY's, too,
where it comes from a Vagrantfile."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One project, and what it was made of; see Inputs."""

    about: str
    version: tuple[str, int, int, int]
    files: dict[str, bytes]
    variables: dict[str, str | None]
    places: dict[str, str]
    project: msgspec.Raw


def load(
    path: Path,
    *,
    provider: str | None,
    known_provider: Callable[[str], object],
    raw_block: RawBlock,
    built_in: Container[str],
    environ: Mapping[str, str] = os.environ,
    access: Access = NONE,
    tell: Callable[[str], None] | None = None,
    boxes: AskBoxes | None = None,
) -> Project:
    """As `serai.loaders.either.load`, which is only imported when the file has to be read in.

    A project with providers that are not `built_in` is never kept: they are asked each time.
    """
    about = f"{path.absolute()}\0{provider or ''}" + (f"\0{access}" if access is not NONE else "")
    if found := recall(about, environ):
        return found
    from serai.loaders import either

    inputs = Inputs(environ)

    def asked(name: str) -> type[Spec] | None:
        inputs.whole = False
        return raw_block(name)

    project = either.load(
        path,
        inputs=inputs,
        provider=provider,
        known_provider=known_provider,
        raw_block=asked,
        access=access,
        tell=tell,
        boxes=boxes,
    )
    if all(machine.provider in built_in for machine in project.machines.values()):
        keep(about, inputs, project)
    return project


def recall(about: str, environ: Mapping[str, str]) -> Project | None:
    """What is kept under that name, where it would come out the same today. What is no entry is ignored."""
    try:
        with open(_place(about), "rb") as file:  # noqa: PTH123 - the fast path
            state = os.fstat(file.fileno())
            if state.st_uid != os.geteuid() or state.st_size > MAX_BYTES:
                return None
            entry = msgspec.msgpack.decode(file.read(), type=Entry)
        if entry.about != about or entry.version != version(about) or not _still(entry, environ):
            return None
        return msgspec.msgpack.decode(entry.project, type=Project)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None


def keep(about: str, inputs: Inputs, project: Project) -> None:
    """Keep a project for `recall`: in a home that is there, and is this user's. What cannot be kept is not."""
    home = paths.home()
    try:
        if not inputs.whole or os.stat(home).st_uid != os.geteuid():  # noqa: PTH116 - the fast path
            return
        data = msgspec.msgpack.encode(project)
        if msgspec.msgpack.decode(data, type=Project) != project:
            return
        entry = Entry(about, version(about), inputs.files, inputs.variables, inputs.places, msgspec.Raw(data))
        whole = msgspec.msgpack.encode(entry)
        if len(whole) <= MAX_BYTES:
            _write(Path(_place(about)), whole)
    except (OSError, msgspec.MsgspecError, TypeError, OverflowError, UnicodeError):
        return


def _write(place: Path, data: bytes) -> None:
    from serai.util.files import private_dir, write_atomic

    folder = private_dir(place.parent)
    older = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime)
    for old in older[: max(0, len(older) - MAX_ENTRIES + 1)]:
        old.unlink(missing_ok=True)
    write_atomic(place, data, sync=False)


def _place(about: str) -> str:
    """The entry's file. Two names may share one: the entry says whose it is."""
    return f"{paths.home()}/cache/projects/{zlib.crc32(about.encode(errors='surrogateescape')):08x}"


def _still(entry: Entry, environ: Mapping[str, str]) -> bool:
    """Whether all that the project was made of is as it was."""
    return (
        all(environ.get(name) == value for name, value in entry.variables.items())
        and all(_content(path) == data for path, data in entry.files.items())
        and all(kind(path) == what for path, what in entry.places.items())
    )


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - the fast path
        return file.read(MAX_BYTES + 1)


def version(about: str = "") -> tuple[str, int, int, int]:
    """Which serai this is: where it lies, and of its sources the number, the bytes, and the sum of their times."""
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - the fast path
    count = size = times = 0
    for folder in (*SOURCES, *RUBY) if "agrantfile" in about.partition("\0")[0] else SOURCES:
        with os.scandir(os.path.join(package, folder)) as found:  # noqa: PTH118 - the fast path
            for each in found:
                if each.name.endswith(".py"):
                    state = each.stat()
                    count, size, times = count + 1, size + state.st_size, times + state.st_mtime_ns
    if not count:
        raise FileNotFoundError(package)
    return package, count, size, times % _WORD
