"""init, validate, config and schema, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from serai.cli.main import run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "my project"
    directory.mkdir()
    monkeypatch.chdir(directory)
    monkeypatch.delenv("SERAI_FILE", raising=False)
    return directory


def write(text: str) -> None:
    Path("serai.yaml").write_text(text)


@pytest.mark.parametrize("options", [[], ["--minimal"], ["shop"], ["--image", "debian:12"], ["--image", "a: b"]])
def test_init_writes_a_file_that_is_valid(options, capsys):
    assert run(["init", *options]) == 0
    assert run(["validate"]) == 0
    assert capsys.readouterr().out == "serai.yaml is written; next: serai up\nserai.yaml: 1 machine, no errors\n"


def test_init_makes_a_name_of_the_directory(capsys):
    run(["init", "-m"])

    assert Path("serai.yaml").read_text().startswith("project: my-project\n")


def test_init_replaces_nothing_unless_forced(capsys):
    write("mine")

    assert run(["init"]) == 4
    assert "is there already" in capsys.readouterr().err
    assert Path("serai.yaml").read_text() == "mine"
    assert run(["init", "-f", "-m"]) == 0


def test_init_refuses_a_name_that_is_none(capsys):
    assert run(["init", "a b"]) == 3
    assert not Path("serai.yaml").exists()


def test_init_points_editors_to_the_schema(capsys):
    assert run(["init", "-m", "--schema", "schema.json"]) == 0
    assert Path("serai.yaml").read_text().startswith("# yaml-language-server: $schema=schema.json\n")
    assert json.loads(Path("schema.json").read_text())["title"] == "serai.yaml"


def test_validate_tells_every_error_and_ends_with_3(capsys):
    write("project: shop\nmachines:\n  web: {memroy: 1G}\n  db: {after: {dbb: ready}}\n")

    assert run(["validate"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "serai.yaml:3:9: machines.web.memroy: unknown key, did you mean 'memory'?",
        "serai.yaml:4:16: machines.db.after.dbb: no such machine, there are db, web",
        "2 errors, nothing was changed",
    ]


def test_validate_tells_errors_as_json(capsys):
    write("machines: {web: {cpus: 0}}\nproject: p\n")

    assert run(["validate", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert [(error["line"], error["column"]) for error in found["errors"]] == [(1, 24)]
    assert found["file"] == "serai.yaml"


def test_validate_takes_another_file(capsys):
    Path("other.yaml").write_text("project: p\nmachines: {a: , b: }\n")

    assert run(["validate", "other.yaml"]) == 0
    assert run(["-f", "other.yaml", "validate", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("other.yaml: 2 machines, no errors\n")
    assert json.loads(out.split("\n", 1)[1]) == {"file": "other.yaml", "machines": 2, "errors": []}


def test_config_is_a_project_file_again(capsys):
    write("project: shop\nmachines: {web: {count: 2, memory: 1G, networks: '${8080 + index}:80'}}\n")

    assert run(["config"]) == 0
    text = capsys.readouterr().out
    write(text)
    assert run(["config"]) == 0
    assert capsys.readouterr().out == text


def test_config_as_json_has_machines_by_name_and_can_choose(capsys):
    write("project: shop\nmachines: {web: {count: 2}, db: {image: tiny}}\n")

    assert run(["config", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["machines"]) == ["web-1", "web-2", "db"]
    assert run(["config", "--json", "web-*"]) == 0
    assert list(json.loads(capsys.readouterr().out)["machines"]) == ["web-1", "web-2"]
    assert run(["config", "wib-1"]) == 3
    assert "did you mean 'web-1'?" in capsys.readouterr().err


def test_without_a_project_file_the_way_on_is_init(capsys):
    assert run(["config"]) == 3
    assert "serai init" in capsys.readouterr().err


def test_schema_is_json(capsys):
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_validate_knows_the_providers(capsys):
    write("project: p\nmachines: {web: {image: tiny, provider: virtualbox}}\n")

    assert run(["validate"]) == 3
    assert "serai.yaml:2:41: machines.web.provider: no provider is called 'virtualbox'" in capsys.readouterr().err


def test_validate_notes_machines_of_which_one_can_be_up(here, capsys, monkeypatch):
    monkeypatch.setenv("HOME", str(here))
    line = 'm.vm.network "private_network", ip: "10.0.0.9"; m.vm.network "forwarded_port", guest: 1, host: 99'
    machines = "".join(f'  c.vm.define("{name}") {{ |m| m.vm.box = "x"; {line} }}\n' for name in "ab")
    Path("Vagrantfile").write_text(f'Vagrant.configure("2") do |c|\n{machines}end\n')

    assert run(["validate"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "note  b: port 99/tcp of the host is forwarded to a already: one of them can be up at a time",
        "note  b: 10.0.0.9 is a's already: one of them can be up at a time",
    ]
