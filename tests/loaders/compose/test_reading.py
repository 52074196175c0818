"""What a file may see."""

from __future__ import annotations

import os

from compose_cases import service
from serai.loaders import cache
from serai.loaders.access import Access
from serai.loaders.compose.project import read
from serai.loaders.compose.reading import Variables
from serai.loaders.inputs import Inputs


def test_a_file_outside_of_the_project_is_read_only_where_that_is_allowed(shop) -> None:
    outside = shop.root.parent / "common.env"
    outside.write_text("A=1\n")
    text = service("env_file: ../common.env")

    found = shop.errors(text)

    assert "'../common.env' is outside of the project's directory" in found[0]
    assert "serai --allow-read ../common.env" in found[0]
    assert shop.project(text, Access(paths=(outside,))).machines["web"].container.env == {"A": "1"}


def test_a_link_that_leads_outside_is_outside(shop) -> None:
    (shop.root.parent / "secret.env").write_text("A=1\n")
    (shop.root / "here.env").symlink_to("../secret.env")

    assert "is outside" in shop.errors(service("env_file: here.env"))[0]


def test_what_is_no_file_is_not_read(shop) -> None:
    os.mkfifo(shop.root / "pipe")
    (shop.root / "dir").mkdir()

    assert "not a file: 'pipe'" in shop.errors(service("env_file: pipe"))[0]
    assert "not a file: 'dir'" in shop.errors(service("env_file: dir"))[0]
    assert "there is no file 'gone.env'" in shop.errors(service("env_file: gone.env"))[0]


def test_a_wrong_line_is_an_error_of_its_own_file(shop) -> None:
    shop.write("A=1\n???\n", "a.env")

    assert shop.errors(service("env_file: a.env")) == ["a.env:2:1: '???' is not NAME=VALUE"]


def test_all_that_was_looked_at_is_noted(shop) -> None:
    shop.write("A=1\n", "a.env")
    inputs = Inputs({"B": "2", "C": "3"})

    read(shop.write(service("env_file: a.env\nuser: $B")), inputs=inputs)

    assert {name.removeprefix(f"{shop.root}/") for name in inputs.files} == {"compose.yaml", "a.env"}
    assert inputs.variables["B"] == "2"
    assert "C" not in inputs.variables
    assert inputs.places[str(shop.root / ".env")] == "absent"


def test_a_project_is_kept_until_something_that_it_was_made_of_changes(shop, home, monkeypatch) -> None:
    monkeypatch.setenv("TAG", "1")

    def image() -> str | None:
        found = cache.load(
            path, provider=None, known_provider=str, raw_block=lambda name: None, built_in=("docker",)
        )
        return found.machines["web"].image

    path = shop.write("services: {web: {image: 'x:$TAG$MORE'}}\n")
    assert image() == "x:1"
    shop.write("MORE=-a\n", ".env")
    assert image() == "x:1-a"
    monkeypatch.setenv("TAG", "2")
    assert image() == "x:2-a"
    shop.write("services: {web: {image: y}}\n", "compose.override.yml")
    assert image() == "y"
    (shop.root / "compose.override.yml").unlink()
    assert image() == image() == "x:2-a"


def test_the_environment_counts_more_than_the_files_own_variables() -> None:
    variables = Variables({"A": "outer"}, {"A": "own", "B": "own"})

    assert [variables.look(name) for name in "ABC"] == ["outer", "own", None]
    assert [variables.below({"B": "x", "C": "x"}).look(name) for name in "ABC"] == ["outer", "own", "x"]
