"""The JSON Schema for editors: valid itself, takes what may be written, refuses what may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from serai.loaders.file import ProjectFile
from serai.loaders.schema import records, schema
from serai.loaders.shape import record
from serai.loaders.template import template
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/serai.yaml"))


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(schema())


def data(text):
    return plain(parse(text, Problems("f")))


def test_it_is_valid_itself():
    Draft202012Validator.check_schema(schema())


def test_every_reference_leads_somewhere():
    text = str(schema())
    names = schema()["$defs"]

    assert all(part.split("'")[0] in names for part in text.split("#/$defs/")[1:])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_it_takes_the_examples(validator, path):
    assert list(validator.iter_errors(data(path.read_text()))) == []


@pytest.mark.parametrize("minimal", [True, False])
def test_it_takes_what_init_writes(validator, minimal):
    assert list(validator.iter_errors(data(template(project="p", minimal=minimal)))) == []


@pytest.mark.parametrize(
    "machine",
    [
        "{memroy: 1GiB}",
        "{memory: 512}",
        "{memory: lots}",
        "{cpus: 0}",
        "{cpus: many}",
        "{arch: arm46}",
        "{networks: 80-80}",
        "{networks: {privat: a}}",
        "{hooks: {after_strat: echo}}",
        "{provision: [{shell: {inlin: x}}]}",
        "{ready: {within: soon}}",
        "{disks: {'bad name': 1GiB}}",
        "{name: x}",
        "{user: Not Valid}",
    ],
)
def test_it_refuses(validator, machine):
    assert list(validator.iter_errors(data(f"machines: {{web: {machine}}}"))) != []


def test_machines_are_needed(validator):
    assert list(validator.iter_errors({"project": "p"})) != []


def test_defaults_are_told_as_a_file_states_them():
    size = schema()["$defs"]["Memory"]["anyOf"][0]["properties"]["size"]

    assert size["default"] == "512MiB"
    assert size["description"] == "memory at start"


def test_every_record_is_in_it():
    names = {shape.cls.__name__ for shape in records(record(ProjectFile))} - {"ProjectFile"}

    assert names <= set(schema()["$defs"])
    assert {"Machine", "Memory"} & names == {"Memory"}
