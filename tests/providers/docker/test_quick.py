"""The calls that every container takes: the same answers and errors as the SDK gives, without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker.errors
import pytest

from recorded_engine import RecordedEngine
from serai.providers.docker.connect import Engine, opened, quick
from serai.util.errors import Code, SeraiError

ANSWERS = {
    "GET /info": {"Containers": 1},
    "GET /networks": [{"Name": "bridge"}],
    "GET /containers/json": [{"Id": "c1"}],
    "GET /images/shop/web:1/json": {"Id": "sha256:1"},
    "GET /containers/c1/json": {"State": {"Running": True}},
    "POST /containers/create": (201, {"Id": "c1"}),
    "POST /containers/c1/start": 204,
    "POST /containers/c2/start": (500, {"message": "no such program"}),
    "GET /images/none/json": (404, {"message": "No such image: none"}),
}


@pytest.fixture
def engine(home: Path) -> Iterator[RecordedEngine]:
    found = RecordedEngine(home / "engine.sock", "1.44", ANSWERS)
    yield found
    found.close()


def test_it_asks_and_answers_as_the_sdk_does(engine: RecordedEngine) -> None:
    said = []
    for client in (quick(engine.at, "docker"), opened(engine.at, "docker")):
        engine.asked.clear()
        answers = [
            client.info(),
            client.networks(filters={"label": ["a=b"]}),
            client.containers(all=True, filters={"label": ["a=b", "c"]}),
            client.inspect_image("shop/web:1"),
            client.inspect_container("c1"),
            client.create_container_from_config({"Image": "x"}, name="web", platform="linux/arm64"),
            client.start("c1"),
        ]
        said.append((answers, [(what, body) for what, _, body in engine.asked], client.api_version))

    mine, theirs = said
    assert mine[0] == theirs[0]
    assert [each for each in mine[1] if each[0] != "POST /containers/c1/start"] == [
        each for each in theirs[1] if each[0] != "POST /containers/c1/start"
    ]
    assert mine[2] == theirs[2]


def test_its_errors_are_the_sdks(engine: RecordedEngine) -> None:
    client = quick(engine.at, "docker")

    with pytest.raises(docker.errors.ImageNotFound):
        client.inspect_image("none")
    with pytest.raises(docker.errors.NotFound, match="page not found"):
        client.inspect_container("c9")
    with pytest.raises(docker.errors.APIError) as found:
        client.start("c2")
    assert (found.value.status_code, found.value.explanation) == (500, "no such program")


def test_what_it_does_not_know_the_sdk_does(engine: RecordedEngine) -> None:
    engine.answers["POST /containers/c1/pause"] = 204
    client = quick(engine.at, "docker")

    client.pause("c1")

    assert engine.asked[-1][0] == "POST /containers/c1/pause"
    with pytest.raises(AttributeError):
        client.fly()


def test_events_come_one_by_one(engine: RecordedEngine) -> None:
    engine.answers["GET /events"] = {"Action": "die"}  # and the end of the stream

    found = list(quick(engine.at, "docker").events(since=7, filters={"label": ["a=b"]}))

    assert found == [{"Action": "die"}]
    assert engine.asked[-1][1] == 'since=7&filters={"label":["a=b"]}'


def test_an_engine_of_old_and_one_that_is_gone_are_said(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.answers["GET /version"] = {"ApiVersion": "1.18"}
    with pytest.raises(SeraiError, match="too old") as old:
        quick(engine.at, "docker")
    assert old.value.code is Code.UNSUPPORTED
    with pytest.raises(SeraiError, match="it does not run"):
        quick(Engine(f"unix://{tmp_path}/no.sock", "test"), "docker")


def test_the_sdk_is_not_imported_for_them(engine: RecordedEngine) -> None:
    script = (
        "import sys; from serai.providers.docker.connect import Engine, quick;"
        f"client = quick(Engine({engine.at.host!r}, 'test'), 'docker'); client.info(); client.start('c1');"
        "print([name for name in ('docker', 'requests', 'urllib3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
