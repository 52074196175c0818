"""The provider's remaining verbs: render, logs, stats, console, and an engine that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docker_site import machine
from dockerd import Dockerd
from person import Serai
from serai.providers.contract import Feature, Scope
from serai.providers.docker.driver import Docker
from serai.util.errors import SeraiError

TALKER = "[sh, -c, 'echo one; echo two; exec sleep 1000']"
SHOP = f"project: shop\nmachines: {{web: {{provider: docker, image: small:1, container: {{cmd: {TALKER}}}}}}}\n"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    return Docker(Scope(project="shop", project_id="3f2a", root=tmp_path, home=tmp_path))


def test_an_engine_that_is_silent_never_counts_as_no_machine(nowhere: Docker) -> None:
    with pytest.raises(SeraiError, match="it does not run"):
        nowhere.observe()


def test_without_an_engine_nothing_can_be_done_and_each_feature_says_why(nowhere: Docker) -> None:
    able = nowhere.capabilities()

    assert able.has == frozenset()
    assert all("it does not run" in reason for reason in able.why_not.values())
    assert able.why_not.keys() == set(Feature)


def test_what_a_container_has_not_is_said(nowhere: Docker, tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="no screen"):
        nowhere.screenshot("web", tmp_path / "x.png")
    with pytest.raises(SeraiError, match="no guest agent"):
        nowhere.agent_exec("web", "true", 1.0)
    assert nowhere.check(machine()) == []


@pytest.mark.engine
@pytest.mark.root
def test_a_container_is_rendered_listened_to_and_counted(serai: Serai, dockerd: Dockerd) -> None:
    serai.file(SHOP)
    rendered = json.loads(serai("render", "web").stdout)
    assert rendered["Cmd"][0] == "sh"
    serai("up")

    assert serai("logs", "web").stdout == "one\ntwo\n"
    assert serai("logs", "web", "-n", "1").stdout == "two\n"
    found = json.loads(serai("stats", "--json").stdout)["machines"]["web"]
    assert found["pids"] == 1
    assert found["memory"] > 0
    assert "web" in serai("stats").stdout
