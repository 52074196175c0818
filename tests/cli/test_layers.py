"""`serai image layers` and what `serai image prune` says of them."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


SHOP = """
project: shop
machines:
  web:
    provider: fake
    image: tiny
    providers: {fake: {layers: true}}
    provision: [{name: one, shell: echo one}, {name: two, shell: {inline: echo two, sensitive: true}}]
"""


@pytest.fixture
def shop(serai: Any) -> Any:
    serai.file(SHOP)
    serai("up")
    return serai


def test_they_are_listed(shop):
    first, second = shop.json("image", "layers")["layers"]

    assert (first["kind"], first["image"], first["provider"]) == ("layer", "tiny", "fake")
    assert (first["blocks"], first["project"]) == (["shell one"], "")
    assert second["parent"] == first["key"]
    assert second["project"]
    lines = shop("image", "layers").stdout.splitlines()
    assert lines[0].startswith(f"{first['key']:.12}  layer  tiny")
    assert lines[0].endswith("shell one")
    assert lines[1].endswith(f"shell one, shell two; of project {second['project']}")


def test_prune_by_size_says_what_goes(shop):
    before = [each["key"] for each in shop.json("image", "layers")["layers"]]

    said = shop("image", "prune", "--keep", "1B", "--dry-run").stdout
    assert f"layer {before[1]:.12} (tiny: shell one, shell two)" in said
    assert len(shop.json("image", "layers")["layers"]) == 2
    assert shop.json("image", "prune", "--keep", "1B")["layers"] == before[::-1]
    assert shop.json("image", "layers") == {"layers": []}
    assert "no layers yet" in shop("image", "layers").stderr


def test_a_size_that_is_none_is_refused(shop):
    assert "--keep: " in shop("image", "prune", "--keep", "much", code=None).stderr


def test_prune_alone_leaves_what_can_be_used(shop):
    assert shop.json("image", "prune")["layers"] == []
    assert shop.json("image", "prune", "--older", "1h")["layers"] == []
    assert len(shop.json("image", "prune", "--all")["layers"]) == 2
