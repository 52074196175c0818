"""Every option of a provisioner is taken from a Vagrantfile and from YAML, and reaches the tool.

A row of options/KIND.toml: `ruby` and `yaml` state the option, `reaches` is what leaves serai with it and does not
without it. `fails`: it shows by a failure; `refused`: either file is refused with it. `without_effect`: a
Vagrantfile may state it, and is told why it says nothing here. `hides`: what leaves serai without it, and does not
with it. `alone`: the row does not add to the file's `base`; `without`: what it is compared with, instead of the
base. `beside`: keys of the block beside the kind's. `answers`: what the guest says to what it is
asked, and by which exit code.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provision_options import DATA, Kind
from serai.loaders.shape import Record, record
from serai.loaders.vagrantfile.config import keys
from serai.provisioners.registry import can_run
from serai.spec.provision import BASIC, TOOLS, Provision
from serai.util.errors import SeraiError, SeraiErrors

NAMES = sorted(path.stem for path in DATA.glob("*.toml"))
SILENT = {"without_effect", "refused"}
"""Words of a row with which nothing reaches the tool."""
ALONE = {"reload"}
"""Kinds without an option."""


@cache
def kind(name: str) -> Kind:
    return Kind(name)


ROWS = [
    pytest.param(name, row, id=f"{name}.{row['name']}") for name in NAMES for row in kind(name).rows
]  # a row's `name` is the option's


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_row(name: str) -> None:
    known = {*keys.provisioner(name).keys, *struct_of(name).__struct_fields__}

    assert known - {row["name"] for row in kind(name).rows} == set()


def test_every_kind_that_runs_has_its_table() -> None:
    runs = {name for name in TOOLS if can_run(Provision(tool={name: {}}))}

    assert {*runs, *BASIC} - ALONE == set(NAMES)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_an_option_is_taken_from_both_files(name: str, row: dict[str, Any], root: Path) -> None:
    kind(name).files_in(root)
    if "refused" in row:
        for read in (kind(name).of_yaml, kind(name).of_vagrantfile):
            with pytest.raises(SeraiErrors, match=row["refused"]):
                read(root, row)
        return
    block = kind(name).of_yaml(root, row)
    if "without_effect" not in row:
        assert block != kind(name).without(root, row)
    if "ruby" not in row:
        assert row["name"] not in keys.provisioner(name).keys, "an option of Vagrant's"
        return

    found, mapped = kind(name).of_vagrantfile(root, row)

    assert found == block
    said = [note.because for note in mapped.notes if not note.to and note.key.endswith(f".{row['name']}")]
    assert said == ([row["without_effect"]] if "without_effect" in row else [])


@pytest.mark.parametrize(("name", "row"), [param for param in ROWS if not param.values[1].keys() & SILENT])
def test_an_option_reaches_the_tool(name: str, row: dict[str, Any], root: Path) -> None:
    table = kind(name)
    table.files_in(root)
    block = table.of_yaml(root, row)
    without = table.sent(table.without(root, row), root, {})
    if "fails" in row:
        with pytest.raises(SeraiError, match=row["fails"]):
            table.sent(block, root, row)
        return

    sent = table.sent(block, root, row)
    if "hides" in row:
        assert row["hides"] in without
        assert row["hides"] not in sent
    else:
        assert row["reaches"] in sent
        assert row["reaches"] not in without


def struct_of(name: str) -> type[msgspec.Struct]:
    shape = record(Provision).fields[name]
    assert isinstance(shape, Record)
    return shape.cls
