"""A run has to do with layers only where it makes machines that are provisioned."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.images import layers
from serai.plan.steps import Act, step
from serai.plan.up import DEFAULTS, Options, Plan
from serai.providers.contract import Scope
from serai.run import kept
from serai.run.workspace import Workspace
from serai.spec.machine import Project


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


def workspace(home: Path, provision: list[dict[str, Any]]) -> Workspace:
    machines = {"web": {"name": "web", "provider": "fake", "provision": provision}}
    project = msgspec.convert({"project": "shop", "machines": machines}, Project)
    return Workspace(project, home / "serai.yaml", Scope(project="shop", project_id="1", root=home, home=home))


BLOCKS = [{"shell": {"inline": "true"}}]
CREATES = Plan(machines=(), steps=(step(Act.CREATE, "web"),))
STARTS = Plan(machines=(), steps=(step(Act.START, "web"),))


@pytest.mark.parametrize(
    ("provision", "plan", "options", "keeps"),
    [
        (BLOCKS, CREATES, DEFAULTS, True),
        (BLOCKS, CREATES, Options(cache=False), True),
        (BLOCKS, STARTS, DEFAULTS, False),
        ([], CREATES, DEFAULTS, False),
        (BLOCKS, CREATES, Options(provision=False), False),
        (BLOCKS, CREATES, Options(only=("shell",)), False),
    ],
)
def test_who_keeps_layers(home, provision, plan, options, keeps):
    assert (kept.keeper(workspace(home, provision), plan, {}, options) is not None) is keeps


def test_switched_off_there_are_none(home, monkeypatch):
    monkeypatch.setenv("SERAI_LAYERS", "off")

    assert kept.keeper(workspace(home, BLOCKS), CREATES, {}, DEFAULTS) is None
    assert kept.look_of(workspace(home, BLOCKS), {}, DEFAULTS) is kept.nothing


def test_a_project_without_blocks_looks_for_none(home):
    assert kept.look_of(workspace(home, []), {}, DEFAULTS) is kept.nothing
    assert kept.look_of(workspace(home, BLOCKS), {}, Options(provision=False)) is kept.nothing
    assert kept.look_of(workspace(home, BLOCKS), {}, DEFAULTS) is not kept.nothing


def test_layers_are_held_where_there_are_any(home):
    assert isinstance(kept.standing(workspace(home, BLOCKS)), nullcontext)
    assert not layers.root().exists()

    layers.root().mkdir(mode=0o700)

    assert isinstance(kept.standing(workspace(home, [])), nullcontext)
    with kept.standing(workspace(home, BLOCKS)), layers.held():
        assert (layers.root() / "locks" / ".layers").exists()
