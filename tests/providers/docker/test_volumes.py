"""Volumes that have a name."""

from __future__ import annotations

from typing import Any

from docker_site import SCOPE, machine
from serai.providers.docker.volumes import engine_names, sweep

VOLUMES = [
    {"target": "/a", "name": "data"},
    {"target": "/b", "name": "corp", "external": True},
    {"target": "/c"},
    {"target": "/d", "source": "."},
]


def test_the_project_is_in_their_names_unless_they_are_somebody_else_s() -> None:
    assert engine_names(SCOPE, machine(container={"volumes": VOLUMES})) == {
        "data": "shop-data-3f2a",
        "corp": "corp",
    }


def test_those_that_nobody_has_go() -> None:
    class Client:
        removed: list[str] = []

        def volumes(self, filters: Any) -> dict[str, Any]:
            return {"Volumes": [{"Name": "used"}, {"Name": "idle"}]}

        def remove_volume(self, name: str) -> None:
            self.removed.append(name)

    client = Client()

    sweep(client, SCOPE, [{"Mounts": [{"Name": "used"}]}])

    assert client.removed == ["idle"]
