"""`load`: every case is a folder with a project file and what it gives, a resolved project or all its errors.

SERAI_REGENERATE=1 writes the expectations anew, for review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.loaders.schema import schema
from serai.loaders.write import to_json, to_yaml
from serai.loaders.yaml import load
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.util.errors import Code, SeraiError, SeraiErrors

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir())
GOOD = [path for path in CASES if not path.name.startswith("error-")]
ENVIRON = {"IMAGE": "debian:12", "CPUS": "2", "KEEP": "true", "EMPTY": "", "TRAP": "{a: [1, 2]}"}


def outcome() -> str:
    """What loading gives, as text."""
    try:
        return to_json(load(Path("serai.yaml"), environ=ENVIRON))
    except SeraiError as error:
        assert error.code is Code.INPUT
        errors = error.errors if isinstance(error, SeraiErrors) else [error]
        return "".join(f"{each}\n" for each in errors).replace(str(Path.cwd()), "DIRECTORY")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_file_gives(case, monkeypatch):
    monkeypatch.chdir(case)
    expected = case / ("expected.txt" if case.name.startswith("error-") else "expected.json")
    found = outcome()
    if os.environ.get("SERAI_REGENERATE"):
        expected.write_text(found)
    assert found == expected.read_text()


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.name)
def test_what_is_written_loads_to_the_same(case, monkeypatch):
    monkeypatch.chdir(case)
    project = load(Path("serai.yaml"), environ=ENVIRON)

    assert load(Path("serai.yaml"), text=to_yaml(project), environ={}) == project
    assert load(Path("serai.yaml"), text=to_json(project), environ={}) == project


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.name)
def test_the_schema_takes_what_load_takes(case, monkeypatch):
    from jsonschema import Draft202012Validator

    monkeypatch.chdir(case)
    validator = Draft202012Validator(schema())
    written = to_json(load(Path("serai.yaml"), environ=ENVIRON))
    for text in ((case / "serai.yaml").read_bytes(), written):
        data = plain(parse(text, Problems("serai.yaml")))
        assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)] == []


def test_the_provider_can_be_overridden(tmp_path):
    text = "machines: {a: {provider: qemu}, b: {}}"

    project = load(tmp_path / "serai.yaml", text=f"project: p\n{text}", provider="fake")

    assert [machine.provider for machine in project.machines.values()] == ["fake", "fake"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SeraiError, match="cannot be read") as caught:
        load(tmp_path / "serai.yaml")
    assert caught.value.code is Code.INPUT


def test_a_file_below_the_working_directory_is_shown_relative(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/serai.yaml").write_text("x: 1")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SeraiError) as caught:
        load(tmp_path / "sub/serai.yaml")
    assert str(caught.value).startswith("sub/serai.yaml:1:1: ")
