"""`find`: which project file is meant."""

from __future__ import annotations

import pytest

from serai.loaders import find
from serai.util.errors import Code, SeraiError


@pytest.fixture(autouse=True)
def nothing_stated(monkeypatch):
    monkeypatch.delenv("SERAI_FILE", raising=False)


@pytest.mark.parametrize("name", ["serai.yaml", "serai.yml"])
def test_it_walks_up_from_the_working_directory(tmp_path, monkeypatch, name):
    (tmp_path / name).write_text("")
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)

    assert find() == tmp_path / name
    assert find(inner) == tmp_path / name


def test_a_file_is_itself(tmp_path):
    (tmp_path / "other.yaml").write_text("")

    assert find(tmp_path / "other.yaml") == tmp_path / "other.yaml"


def test_the_environment_states_it(tmp_path, monkeypatch):
    (tmp_path / "stated.yaml").write_text("")
    monkeypatch.setenv("SERAI_FILE", str(tmp_path / "stated.yaml"))

    assert find() == tmp_path / "stated.yaml"


def test_a_directory_of_that_name_is_no_file(tmp_path):
    (tmp_path / "a/serai.yaml").mkdir(parents=True)
    (tmp_path / "serai.yml").write_text("")

    assert find(tmp_path / "a") == tmp_path / "serai.yml"


def test_none_is_an_error_that_names_init(tmp_path):
    with pytest.raises(SeraiError) as caught:
        find(tmp_path)
    assert caught.value.code is Code.INPUT
    assert "serai init" in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SeraiError, match=r"there is no file .*gone\.yaml"):
        find(tmp_path / "gone.yaml")


def test_of_one_directory_a_compose_file_comes_last(tmp_path, monkeypatch):
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    (tmp_path / "docker-compose.yml").write_text("")
    assert find(tmp_path) == tmp_path / "docker-compose.yml"
    (tmp_path / "compose.yaml").write_text("")
    assert find(tmp_path) == tmp_path / "compose.yaml"
    (tmp_path / "Vagrantfile").write_text("")
    assert find(tmp_path) == tmp_path / "Vagrantfile"
    (tmp_path / "serai.yaml").write_text("")
    assert find(tmp_path) == tmp_path / "serai.yaml"


def test_a_variable_names_the_first_compose_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPOSE_FILE", "a.yaml,b.yaml")
    monkeypatch.setenv("COMPOSE_PATH_SEPARATOR", ",")
    (tmp_path / "compose.yaml").write_text("")
    (tmp_path / "a.yaml").write_text("")

    assert find() == tmp_path / "a.yaml"
    (tmp_path / "Vagrantfile").write_text("")
    assert find() == tmp_path / "Vagrantfile"
