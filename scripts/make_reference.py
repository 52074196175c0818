#!/usr/bin/env python3
"""Writes docs/reference.md: every key of the project file, from the spec. A test says when it is stale.

python scripts/make_reference.py            writes it
python scripts/make_reference.py --check    ends with 1 when it is not what the spec says
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from serai.cli.explain import inline
from serai.loaders import guide
from serai.loaders.explain import Explanation, explained_in
from serai.loaders.file import Block, ProjectFile
from serai.loaders.shape import ListOf, MapOf, Record, Shape, record
from serai.loaders.yaml.expand import known_keys
from serai.spec.provisioners.engines import EngineStep

TARGET = Path(__file__).parents[1] / "docs/reference.md"
HEAD = """\
# Reference

Every key of `serai.yaml`, made from the types that the loader reads it with (`scripts/make_reference.py`).
`serai explain KEY` says the same in the terminal, `serai schema` gives it to editors, and `serai config` shows a
file with its layers and expressions worked in. A scalar may hold `${…}`; sizes have a unit (`512M`, `4GiB`),
durations may have one (`30s`, `5m`). Where a list is expected, one item may stand alone. Keys that
begin with `x-` are yours."""


def reference() -> str:
    """The whole page."""
    parts = [HEAD, *_section("## The file", record(ProjectFile))]
    for key, shape in _fields(record(ProjectFile)):
        if key in ("networks", "pools", "images"):
            parts += _records(f"{key} (of the file)", shape)
    machine = "One entry of `machines:`; `defaults` and `profiles` take the same keys, but for `count` and `each`."
    parts += _section("## A machine", record(Block), machine)
    for key, shape in _fields(record(Block)):
        parts += _records(key, shape)
    return "\n".join([*parts, *_ids()])


def _records(title: str, shape: Shape) -> Iterator[str]:
    """A section for the record that a key holds, and for those inside it."""
    inner = _inner(shape)
    if not isinstance(inner, Record):
        return
    yield from _section(f"### {title}", inner, f"{_how(shape)}{(inner.cls.__doc__ or '').strip()}")
    for name, value in (
        _fields(inner) if inner.cls is not EngineStep else ()
    ):  # its keys have sections of their own
        yield from _records(f"{title}.{name}", value)


def _how(shape: Shape) -> str:
    if isinstance(shape, ListOf):
        return "A list of blocks. "
    if isinstance(shape, MapOf):
        what = "lists of blocks" if isinstance(shape.value, ListOf) else "blocks"
        return f"A map of {what} by {'one of ' + ', '.join(shape.keys) if shape.keys else 'name'}. "
    return ""


def _section(heading: str, shape: Record, lead: str = "") -> Iterator[str]:
    yield f"\n{heading}\n"
    if lead:
        yield f"{lead}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    required = {field.name for field in msgspec.structs.fields(shape.cls) if field.required}
    for name, _ in _fields(shape):
        yield _row(name, explained_in(shape, name), name in required)


def _row(name: str, found: Explanation, required: bool) -> str:
    meaning = found.description.splitlines()[0] if found.description else ""
    shown = ", ".join(f"`{inline(each)}`" for each in found.examples)
    meaning += f"; e.g. {shown}" if shown and meaning else f"e.g. {shown}" if shown else ""
    default = f"`{inline(found.default)}`" if found.default is not None else "required" if required else ""
    cells = [f"`{name}`", found.type, default, meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _inner(shape: Shape) -> Shape:
    while isinstance(shape, ListOf | MapOf):
        shape = shape.item if isinstance(shape, ListOf) else shape.value
    return shape


def _fields(shape: Record) -> list[tuple[str, Shape]]:
    return [(key, shape.fields[key]) for key in known_keys(shape)]


def _ids() -> Iterator[str]:
    """The acts of the guide, and which of them this version does."""
    yield "\n## The acts of the guide\n"
    yield "What a sysadmin's guide teaches. `serai explain ID` tells the old advice, and what serai does.\n"
    yield "| id | act | this version |\n|---|---|---|"
    for ident, row in guide.acts().items():
        state = {"served": "does it", "partly": f"in part: {row.rest}", "later": "does not"}[row.state]
        yield f"| {ident} | {row.act} | {state} |"
    yield ""


def main(args: list[str]) -> int:
    text = reference()
    if args == ["--check"]:
        return 0 if TARGET.exists() and TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
