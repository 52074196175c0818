"""Which language a project file is in, and which one is the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.language import is_compose, is_vagrantfile, names_of, nearest


@pytest.mark.parametrize(
    ("name", "text", "ruby"),
    [
        ("Vagrantfile", "", True),
        ("my.vagrantfile", "", True),
        ("lab.rb", "", True),
        ("Vagrantfile.yaml", "", False),
        ("serai.yml", "Vagrant.configure", False),
        ("lab", "# lab\nVagrant.configure('2') do", True),
        ("lab", "machines: {}", False),
    ],
)
def test_a_file_is_ruby(tmp_path: Path, name: str, text: str, ruby: bool) -> None:
    (tmp_path / name).write_text(text)
    assert is_vagrantfile(tmp_path / name) is ruby


def test_what_is_not_there_is_no_vagrantfile(tmp_path: Path) -> None:
    assert not is_vagrantfile(tmp_path / "gone")


def test_the_nearest_directory_counts_then_the_order_of_the_names(tmp_path: Path) -> None:
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    (tmp_path / "a/y").touch()
    (tmp_path / "x").touch()

    assert nearest(inner, ("x", "y")) == tmp_path / "a/y"
    (tmp_path / "a/x").touch()
    assert nearest(inner, ("x", "y")) == tmp_path / "a/x"
    assert nearest(inner, ("z",)) is None


def test_vagrant_has_another_name_for_its_file() -> None:
    assert names_of({}) == ("Vagrantfile", "vagrantfile")
    assert names_of({"VAGRANT_VAGRANTFILE": "Lab"}) == ("Lab",)


@pytest.mark.parametrize(
    ("name", "text", "compose"),
    [
        ("compose.yaml", "", True),
        ("docker-compose.prod.yml", "", True),
        ("stack.yml", "x-a: 1\nservices:\n  web: {}\n", True),
        ("stack.yml", "machines: {}\nservices: {}\n", False),
        ("stack.yml", "notes:\n  services: 1\n", False),
        ("serai.yaml", "services: {}\n", False),
        ("compose.json", "", False),
    ],
)
def test_a_file_is_composes(tmp_path: Path, name: str, text: str, compose: bool) -> None:
    (tmp_path / name).write_text(text)
    assert is_compose(tmp_path / name) is compose


def test_what_is_not_there_is_no_compose_file(tmp_path: Path) -> None:
    assert not is_compose(tmp_path / "gone.yaml")
