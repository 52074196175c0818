"""What an engine is given is shown, and a machine is copied."""

from __future__ import annotations

from typing import Any

FILE = "project: shop\nmachines: {web: {provider: fake, memory: 64M}}\n"


def test_what_the_engine_is_given_is_shown(serai: Any) -> None:
    serai.file(FILE)
    assert "web" in serai("render").stdout
    assert "no machine is called 'wbe'" in serai("render", "wbe", code=3).stderr


def test_a_copy_that_the_file_does_not_name_says_so(serai: Any) -> None:
    serai.file(FILE)
    serai("up")
    serai("halt")
    done = serai("clone", "web", "web2")
    assert "next: add web2 to serai.yaml" in done.stderr
    assert serai.states() == {"web": "stopped", "web2": "stopped"}


def test_a_project_of_containers_is_shown_as_a_compose_file(serai: Any) -> None:
    serai.file(
        "project: shop\nmachines: {web: {provider: docker, image: nginx}, db: {provider: docker, image: x}}\n"
    )

    whole = serai("render", "--as", "compose").stdout
    assert whole.startswith("name: shop\nservices:\n  web:\n    image: nginx\n")
    assert "db" in whole
    assert "db" not in serai("render", "--as", "compose", "web").stdout


def test_a_virtual_machine_is_no_service(serai: Any) -> None:
    serai.file(FILE)

    assert "web: a Compose file holds containers" in serai("render", "--as", "compose", code=4).stderr
