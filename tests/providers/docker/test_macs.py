"""Hardware addresses of interfaces on a docker that reads one of each, by its recorded API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docker_site import MATERIALS, SCOPE, machine
from recorded_engine import RecordedEngine
from serai.providers.contract import Scope, quiet
from serai.providers.docker import lifecycle
from serai.providers.docker.connect import quick
from serai.util.errors import Code, SeraiError

OUT, BACK = "02:00:00:00:00:01", "02:00:00:00:00:02"
TWO = [{"private": {"network": "out", "mac": OUT}}, {"private": {"network": "back", "mac": BACK}}]
ANSWERS: dict[str, Any] = {
    "GET /images/nginx:1.25/json": {"Id": "sha256:1"},
    "GET /networks": [{"Name": "shop-out-3f2a"}, {"Name": "shop-back-3f2a"}],
    "POST /containers/create": (201, {"Id": "c1"}),
    "POST /networks/shop-back-3f2a/connect": 200,
}


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project=SCOPE.project, project_id=SCOPE.project_id, root=tmp_path, home=tmp_path)


@pytest.fixture
def docker25(home: Path) -> Iterator[RecordedEngine]:
    """Moby 25.0 answers with API 1.44."""
    engine = RecordedEngine(home / "engine.sock", "1.44", ANSWERS)
    yield engine
    engine.close()


def test_each_interface_has_its_own(docker25: RecordedEngine, scope: Scope) -> None:
    place = lifecycle.Place(quick(docker25.at, "docker"), scope, "docker", local=True)

    lifecycle.create(place, machine(networks=TWO), MATERIALS, quiet)

    (body,) = docker25.bodies("POST /containers/create")
    assert "MacAddress" not in body  # of the whole container: 1.44 took it away
    assert body["NetworkingConfig"]["EndpointsConfig"]["shop-out-3f2a"]["MacAddress"] == OUT
    (joined,) = docker25.bodies("POST /networks/shop-back-3f2a/connect")
    assert joined["EndpointConfig"]["MacAddress"] == BACK


def test_an_older_docker_takes_one_of_the_first_and_refuses_more(docker25: RecordedEngine, scope: Scope) -> None:
    docker25.answers["GET /version"] = {"ApiVersion": "1.41"}
    place = lifecycle.Place(quick(docker25.at, "docker"), scope, "docker", local=True)

    with pytest.raises(SeraiError, match=f"before 25.0 gives {BACK} to the first interface alone") as refused:
        lifecycle.create(place, machine(networks=TWO), MATERIALS, quiet)
    assert refused.value.code is Code.UNSUPPORTED
    assert docker25.bodies("POST /containers/create") == []

    lifecycle.create(place, machine(networks=TWO[:1]), MATERIALS, quiet)
    (body,) = docker25.bodies("POST /containers/create")
    assert body["MacAddress"] == OUT
