"""Which files are one project."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose_cases import loaded
from serai.loaders.compose.find import overrides, project_name
from serai.util.errors import SeraiError

ONE = "services: {web: {image: one}}\n"
TWO = "services: {web: {image: two}}\n"


def test_an_override_beside_the_file_is_laid_over_it(shop) -> None:
    shop.write(TWO, "compose.override.yml")

    assert shop.project(ONE).machines["web"].image == "two"


def test_a_file_of_another_name_has_none(shop) -> None:
    shop.write(TWO, "compose.override.yml")

    assert loaded(shop.write(ONE, "stack.yaml")).machines["web"].image == "one"


def test_a_variable_names_the_files(shop) -> None:
    shop.write(TWO, "two.yaml")
    shop.write("services: {web: {user: me}}\n", "three.yaml")
    first = shop.write(ONE, "one.yaml")
    named = f"{first}:{shop.root}/two.yaml"

    assert loaded(first, {"COMPOSE_FILE": named}).machines["web"].image == "two"
    assert (
        loaded(first, {"COMPOSE_FILE": named.replace(":", ","), "COMPOSE_PATH_SEPARATOR": ","})
        .machines["web"]
        .image
        == "two"
    )
    assert loaded(first, {"COMPOSE_FILE": "other.yaml"}).machines["web"].image == "one"


def test_a_projects_own_variables_name_no_files_outside(shop) -> None:
    (shop.root.parent / "outside.yaml").write_text(TWO)
    first = shop.write(ONE, "one.yaml")
    shop.write("COMPOSE_FILE=one.yaml:../outside.yaml\n", ".env")

    with pytest.raises(SeraiError, match=r"COMPOSE_FILE of \.env names .*outside\.yaml, outside of the project"):
        loaded(first)

    assert (
        loaded(first, {"COMPOSE_FILE": f"{first}:{shop.root.parent}/outside.yaml"}).machines["web"].image == "two"
    )


def test_overrides_have_names_like_their_files() -> None:
    assert [path.name for path in overrides(Path("/p/docker-compose.yml"))][:2] == [
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ]


@pytest.mark.parametrize(
    ("stated", "directory", "expected"),
    [("x", "/a", "x"), (None, "/My Shop", "myshop"), ("", "/_-", "project"), (None, "/a.b", "ab")],
)
def test_a_project_is_named(stated: str | None, directory: str, expected: str) -> None:
    assert project_name(stated, Path(directory)) == expected
