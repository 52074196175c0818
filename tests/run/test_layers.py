"""Layers in a run: new machines start from the longest prefix that is known, and leave the rest to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from person import Serai
from serai.images import layers
from serai.providers.contract import Materials
from serai.run import layers as of_run
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


SHOP = """
project: {project}
defaults: {{provider: fake, image: tiny, providers: {{fake: {{layers: true{more}}}}}}}
machines:
  {name}:
    provision:
      - {{name: one, shell: echo one}}
      - {{name: two, shell: {two}}}
      - {{name: three, shell: echo three{three}}}
"""


@pytest.fixture
def shop(serai: Any) -> Any:
    serai.told = {"project": "shop", "name": "web", "two": "echo two", "three": "", "more": ""}
    write(serai)
    return serai


def write(serai: Any, **more: str) -> None:
    serai.file(SHOP.format(**{**serai.told, **more}))


def anew(serai: Any, *words: str) -> list[str]:
    """The blocks that run when the machines are made again."""
    serai("destroy", "-y")
    said = serai("up", *words).stderr
    return [line.split("provisioning ")[1] for line in said.splitlines() if "  provisioning " in line]


def planned(serai: Any, *words: str, name: str = "web") -> dict[str, Any]:
    plan: dict[str, Any] = serai.json("plan", *words, code=2)["machines"][name]
    return plan


def test_a_machine_that_is_made_again_runs_nothing_again(shop):
    shop("up")
    assert [each.blocks for each in layers.all_of_them()] == [
        ("shell one",),
        ("shell one", "shell two"),
        ("shell one", "shell two", "shell three"),
    ]

    assert anew(shop) == []
    assert shop.json("status")["machines"]["web"]["state"] == "ready"
    assert shop("up").stderr.rstrip().endswith("plan: nothing to do")


def test_the_plan_says_what_is_reused(shop):
    shop("up")
    shop("destroy", "-y")
    write(shop, two="echo other")

    plan = planned(shop)

    assert plan["layer"]["blocks"] == ["one"]
    assert [each["block"] for each in plan["provision"]] == ["two", "three"]
    assert "web  from a layer with 1 of 3 blocks  one (kept 20" in shop("plan", code=2).stdout


def test_a_changed_block_is_where_it_goes_on_from(shop):
    shop("up")
    write(shop, two="echo other")

    assert anew(shop) == ["two", "three"]
    assert anew(shop) == []
    write(shop)
    assert anew(shop) == []


def test_other_machines_and_projects_start_from_it_too(shop, tmp_path):
    shop("up")
    inn = Serai(tmp_path / "inn")
    inn.told = shop.told  # type: ignore[attr-defined]
    write(inn, name="db")

    assert planned(inn, name="db")["layer"]["blocks"] == ["one", "two", "three"]


def test_no_cache_runs_all_and_takes_the_place_of_what_was_kept(shop):
    shop("up")
    before = {each.id for each in layers.all_of_them()}

    assert anew(shop, "--no-cache") == ["one", "two", "three"]
    assert anew(shop) == []
    shop("destroy", "-y")
    assert planned(shop)["layer"]["id"] not in before
    assert planned(shop, "--no-cache")["layer"]["blocks"] == []


@pytest.mark.parametrize(
    ("words", "ran"),
    [
        (("--provision",), ["one", "two", "three"]),
        (("--no-provision",), []),
        (("--provision-with", "two"), ["two"]),
    ],
)
def test_who_says_which_blocks_run_starts_from_the_image(shop, words, ran):
    shop("up")

    assert anew(shop, *words) == ran
    assert "web  ready" in shop("status").stdout


def test_blocks_out_of_their_order_leave_nothing(shop):
    shop("up", "--provision-with", "two")

    assert layers.all_of_them() == []


def test_cache_false_ends_it_and_the_plan_says_so(shop):
    write(shop, three=", cache: false")
    shop("up")

    assert len(layers.all_of_them()) == 2
    assert anew(shop) == ["three"]
    shop("destroy", "-y")
    assert planned(shop)["layer"]["ends"] == "three: cache is false"
    assert "web  no further layers                three: cache is false" in shop("plan", code=2).stdout


def test_what_runs_at_each_start_runs_and_what_follows_is_kept(shop):
    write(shop, two="echo two, run: always")
    shop("up")

    assert len(layers.all_of_them()) == 2
    assert anew(shop) == ["two"]


def test_a_restart_after_a_layer_is_done_by_its_start(shop):
    shop.file(
        "project: shop\nmachines:\n  web:\n    provider: fake\n    image: tiny\n"
        "    providers: {fake: {layers: true}}\n    provision: [{shell: echo one}, {reload: true}]\n"
    )
    shop("up", "--no-provision")
    shop("destroy", "-y")

    assert [link["block"] for link in planned(shop)["provision"]] == ["shell-1", "reload-1"]


def test_a_layer_that_cannot_be_kept_costs_no_machine(shop):
    write(shop, more=", fail: {keep: no space left}")

    said = shop("up").stderr

    assert "note  web: no layer is kept after one: web: keep: no space left" in said
    assert "web  ready" in shop("status").stdout
    assert layers.all_of_them() == []


def test_what_is_broken_is_not_started_from(shop):
    shop("up")
    log = layers.place(layers.all_of_them()[1].id) / "commands.log"
    log.chmod(0o600)
    log.write_text("altered")

    assert anew(shop) == ["two", "three"]


def test_secrets_are_the_projects_own(shop, tmp_path):
    write(shop, two="{inline: echo two, sensitive: true}")
    shop("up")
    inn = Serai(tmp_path / "inn")
    inn.told = shop.told  # type: ignore[attr-defined]
    write(inn, two="{inline: echo two, sensitive: true}")

    assert planned(inn)["layer"]["blocks"] == ["one"]
    assert [bool(each.project) for each in layers.all_of_them()] == [False, True, True]


def test_a_provider_without_layers_says_why(serai):
    serai.file("project: shop\nmachines: {web: {provider: fake, image: tiny, provision: [{shell: 'true'}]}}\n")

    assert "no further layers" not in serai("plan", code=2).stdout
    serai("up")
    assert not layers.root().exists()


def test_what_is_secret_in_the_project_is_gathered_once_for_all_machines(
    pretend: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Based:
        def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
            return "base", ""

    gathered: list[Any] = []
    real = of_run.mask_of
    monkeypatch.setattr(of_run, "mask_of", lambda project: gathered.append(project) or real(project))
    monkeypatch.setattr(of_run, "driver_of", lambda *_: Based())
    blocks = [Provision(name="one", shell=Shell(inline="echo one"))]
    workspace = pretend(*(Machine(name=f"web-{n}", provision=blocks) for n in range(20)))
    chains = of_run.Chains(workspace)

    found = {chains.of(each, Materials(), {"one": "1"}) for each in workspace.project.machines.values()}

    assert [link.block for each in found for link in each.links] == ["one"]
    assert len(gathered) == 1
