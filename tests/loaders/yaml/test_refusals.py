"""Every key of the file refuses what it is not, at its place: made from the spec, so that no key is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from serai.loaders.file import Block, ProjectFile
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape, record
from serai.loaders.yaml import load
from serai.loaders.yaml.expand import known_keys
from serai.loaders.yaml.forms import FORMS
from serai.loaders.yaml.tool_forms import TOOL_FORMS
from serai.util.errors import SeraiErrors

WRONG = {"no-such-key": {"no-such-key": 1}}
"""No scalar, no list, and none of any record's keys."""
FREE = {"each", "others", "extra_vars", "facter", "groups", "host_vars", "json", "pillar"}
"""Keys that hold any data."""
ANYTHING = {("providers", name, "options") for name in ("docker", "podman")} | {
    ("providers", "nspawn", "settings")
}
"""Maps of any data, which the provider looks at."""
NAMES = {"hooks": "before_up", "each": "0", "distances": "0", "iothreads": "1"}
"""What an entry of a map is called, where not every name will do."""


def keys(shape: Record, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key, with the steps that lead to it; a map's entry is called as it may be."""
    for name in known_keys(shape):
        field = shape.fields[name]
        if (name in FREE and isinstance(field, Leaf | MapOf)) or (*above, name) in ANYTHING:
            continue
        yield (*above, name)
        yield from _inside(field, name, (*above, name))


def _inside(field: Shape, name: str, steps: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(field, ListOf):
        yield from _inside(field.item, name, steps)
    elif isinstance(field, MapOf) and not isinstance(field.value, Leaf):
        yield from _inside(field.value, name, (*steps, NAMES.get(name, "entry")))
    elif isinstance(field, Record) and not issubclass(field.cls, Block) and len(steps) < 8:
        yield from keys(field, steps)


def nested(steps: tuple[str, ...], value: Any) -> Any:
    for step in reversed(steps):
        value = {step: value}
    return value


def text_of(steps: tuple[str, ...], of_file: bool) -> str:
    data: dict[str, Any] = {"project": "p", "machines": {"web": {"image": "tiny"}}}
    if of_file:
        data |= nested(steps, WRONG)
    else:
        data["machines"]["web"] |= nested(steps, WRONG)
    return yaml.safe_dump(data, sort_keys=False)


MACHINE = sorted(keys(record(Block)))
FILE = sorted(
    path
    for path in keys(record(ProjectFile))
    if path[0] in ("networks", "pools", "images", "project", "version") and path not in (("networks",), ("pools",))
)


@pytest.mark.parametrize(
    ("steps", "of_file"),
    [(path, False) for path in MACHINE] + [(path, True) for path in FILE],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_key_refuses_what_it_is_not(steps: tuple[str, ...], of_file: bool, tmp_path: Path) -> None:
    text = text_of(steps, of_file)
    key_line = next(number for number, line in enumerate(text.splitlines(), 1) if "no-such-key" in line)

    with pytest.raises(SeraiErrors) as caught:
        load(tmp_path / "serai.yaml", text=text, environ={})

    lines = [error.where.line for error in caught.value.errors if error.where]
    assert set(lines) & {key_line - 1, key_line, key_line + 1}, f"{text}\n{caught.value}"
    assert all(error.where and error.where.column for error in caught.value.errors)


def test_keys_of_every_part_are_looked_at() -> None:
    found = {".".join(steps) for steps in MACHINE}

    assert {"cpu.pin.emulator", "numa.cells.distances", "networks.public.dev", "devices.tpm.version"} <= found
    assert len(found) > 250


def test_every_short_form_is_of_a_record_that_a_file_can_hold() -> None:
    from serai.loaders.schema import records

    assert {*FORMS, *TOOL_FORMS} <= {shape.cls for shape in records(record(ProjectFile))}
