"""Whole files: each case comes to the project that its folder holds, and goes back into a Compose file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compose_cases import CASES, ENVIRON, NAMES, loaded, outcome
from serai.loaders.access import Access
from serai.loaders.compose.write import to_yaml


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_to_its_project(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    expected = Path("expected.yaml")
    found = outcome(Path("compose.yaml"))
    if os.environ.get("SERAI_REGENERATE"):
        expected.write_text(found)

    assert found == expected.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_project_written_as_a_compose_file_is_read_as_the_same_project(name: str, tmp_path: Path) -> None:
    project = loaded(CASES / name / "compose.yaml")
    written = tmp_path / "compose.yaml"
    written.write_text(to_yaml(project))

    assert loaded(written, {}) == project


def test_there_is_a_case_for_forty_features() -> None:
    assert len(NAMES) >= 40
    assert ENVIRON.keys() == {"GREETING", "EMPTY"}


def test_all_errors_come_at_once_with_their_places(shop) -> None:
    text = "services:\n  web:\n    imge: nginx\n    ports: [a]\n"
    text += "  db:\n    image: x\n    volumes: [lost:/x]\nvolmes: {}\n"

    found = shop.errors(text)

    assert [line.partition(" ")[0] for line in found] == ["3:5:", "3:5:", "4:13:", "7:15:", "8:1:"]
    assert "services.web.imge: unknown key, did you mean 'image'?" in found[0] + found[1]
    assert "volmes: unknown key, did you mean 'volumes'?" in found[4]


def test_a_file_without_services_says_so(shop) -> None:
    assert shop.errors("volumes: {a: }\n") == [
        "1:1: services: is missing (write `services: {web: {image: nginx}}`)"
    ]


def test_the_environments_name_counts_more_than_the_files(shop) -> None:
    text = "name: ours\nservices: {web: {image: x}}\n"

    assert shop.project(text).project == "ours"
    assert shop.project(text, COMPOSE_PROJECT_NAME="theirs").project == "theirs"
    assert shop.project("services: {web: {image: x}}\n").project == "shop"


def test_profiles_are_active_by_option_and_by_variable(shop) -> None:
    text = "services:\n  web: {image: x}\n  debug: {image: x, profiles: [debug]}\n"

    assert not shop.project(text).machines["debug"].autostart
    assert shop.project(text, Access(profiles=("debug",))).machines["debug"].autostart
    assert shop.project(text, COMPOSE_PROFILES="a,debug").machines["debug"].autostart
    assert shop.project(text, Access(profiles=("*",))).machines["debug"].autostart


def test_what_others_wait_for_to_succeed_is_a_job(shop) -> None:
    text = (
        "services:\n  web:\n    image: x\n"
        "    depends_on:\n      init: {condition: service_completed_successfully}\n"
        "  init: {image: x}\n"
    )

    project = shop.project(text)

    assert project.machines["init"].container.job
    assert project.machines["web"].after == {"init": "succeeded"}


def test_on_internal_networks_alone_there_is_no_way_out(shop) -> None:
    text = "services:\n  web: {image: x, networks: [a]}\nnetworks:\n  a: {internal: true}\n"

    nics = shop.project(text).machines["web"].networks

    assert nics[-1].uplink.type == "none"


def test_what_no_service_names_is_noted(shop) -> None:
    text = "version: '3'\nservices: {web: {image: x}}\nvolumes: {a: }\nnetworks: {b: }\nsecrets: {c: {file: d}}\n"

    assert shop.notes(text) == [
        "b: no service is on it",
        "version: its keys say what the file means",
        "a: no service has it",
        "c: no service has it",
    ]


def test_models_are_refused(shop) -> None:
    assert (
        "models: serai runs no models" in shop.errors("services: {web: {image: x}}\nmodels: {a: {model: b}}\n")[0]
    )
