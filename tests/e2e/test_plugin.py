"""A provider that somebody else wrote: installed by an entry point, its block read as those of serai's own."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from plugin import ACME, FREE
from serai.loaders.yaml import load
from serai.providers.registry import raw_block
from serai.spec.machine import digest

GOOD = """
project: shop
defaults: {providers: {acme: {cache: 64MiB}}}
machines:
  web:
    provider: acme
    providers:
      acme: {pool: "${machine.name}-pool", boost: {burst: 1m}, scratch: 2GiB, weight: 1}
"""
BAD = """\
project: shop
machines:
  web:
    provider: acme
    memroy: 1GiB
    providers:
      acme:
        pol: fast
        weight: 99
        cache: 512
        boost: {burst: soon}
      acne: {}
"""
ANYTHING = """
project: shop
machines:
  web:
    provider: free
    providers:
      free: {a: [1, 2.5, "10", null, true], "b c": {deep: "$${x}"}, x-mine: 1}
"""


def options(project):
    return project.machines["web"].providers.others


def test_its_block_is_read_by_the_form_it_declares(plugin, tmp_path):
    plugin("acme", ACME)

    project = load(tmp_path / "serai.yaml", text=GOOD, raw_block=raw_block)

    block = {"pool": "web-pool", "cache": 64 << 20, "boost": {"burst": 60.0}, "scratch": {"size": 2 << 30}}
    assert options(project) == {"acme": block}
    form = project.machines["web"].providers.of("acme", raw_block("acme"))
    assert (form.pool, form.weight, form.scratch.size, form.boost.burst) == ("web-pool", 1, 2 << 30, 60)


def test_every_error_in_it_is_told_at_its_place(plugin, serai):
    plugin("acme", ACME)
    serai.file(BAD)

    found = serai.json("validate", code=3)["errors"]

    assert [(each["line"], each["column"], each["message"]) for each in found] == [
        (5, 5, "machines.web.memroy: unknown key, did you mean 'memory'?"),
        (8, 9, "machines.web.providers.acme.pol: unknown key, did you mean 'pool'?"),
        (9, 17, "machines.web.providers.acme.weight: 99 is out of range, the largest is 10"),
        (10, 16, "machines.web.providers.acme.cache: 512 has no unit: write for example 512M or 512GiB"),
        (
            11,
            24,
            "machines.web.providers.acme.boost.burst: 'soon' is not a duration: "
            "write for example 30s, 5m or 1h30m",
        ),
        (12, 7, "machines.web.providers.acne: no provider is called 'acne'"),
    ]
    assert found[-1]["hint"] == "did you mean 'acme'?"


def test_without_a_form_it_is_passed_on_as_it_is(plugin, tmp_path):
    plugin("free", FREE)

    project = load(tmp_path / "serai.yaml", text=ANYTHING, raw_block=raw_block)

    block = {"a": [1, 2.5, "10", None, True], "b c": {"deep": "${x}"}, "x-mine": 1}
    assert options(project) == {"free": block}


@pytest.mark.parametrize(("text", "name", "source"), [(GOOD, "acme", ACME), (ANYTHING, "free", FREE)])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_what_config_writes_loads_to_the_same(plugin, serai, text, name, source, flags):
    plugin(name, source)
    serai.file(text)
    wanted = load(serai.root / "serai.yaml", raw_block=raw_block)

    written = serai("config", *flags).stdout

    again = load(serai.root / "serai.yaml", text=written, raw_block=raw_block)
    assert again == wanted
    assert digest(again.machines["web"]) == digest(wanted.machines["web"])


def test_a_key_that_only_states_the_default_changes_nothing(plugin, tmp_path):
    plugin("acme", ACME)
    bare = "project: shop\nmachines: {web: {provider: acme}}"
    same = "project: shop\nmachines: {web: {provider: acme, providers: {acme: {pool: default, cache: null}}}}"

    one, two = (load(tmp_path / "serai.yaml", text=text, raw_block=raw_block) for text in (bare, same))

    assert digest(one.machines["web"]) == digest(two.machines["web"])


def test_a_changed_key_of_it_is_a_change_of_the_machine(plugin, serai):
    plugin("acme", ACME)
    serai.file(GOOD)
    serai("up")
    assert serai.states() == {"web": "ready"}

    serai.file(GOOD.replace("64MiB", "128MiB"))

    plan = serai("plan", code=2).stdout
    assert "providers.acme.cache" in plan
    serai("destroy", "-y")


def test_explain_tells_its_keys(plugin, serai):
    plugin("acme", ACME)
    plugin("free", FREE)
    serai.file(GOOD)

    assert serai("explain", "providers.acme.cache").stdout.splitlines() == [
        "providers.acme.cache: memory for its cache",
        "  type      size with its unit",
        "  default   0B",
    ]
    assert "providers.acme.boost    bursts" in serai("explain", "providers.acme").stdout
    assert "so long" in serai("explain", "providers.acme.boost.burst").stdout
    assert "declares no keys" in serai("explain", "providers.free").stdout
    assert "did you mean 'pool'?" in serai("explain", "providers.acme.pol", code=3).stderr
    assert "no such key" in serai("explain", "providers.acne", code=3).stderr


def test_the_schema_knows_it(plugin, serai):
    plugin("acme", ACME)
    plugin("free", FREE)
    serai.file(GOOD)

    schema = json.loads(serai("schema").stdout)

    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def takes(block):
        return validator.is_valid({"machines": {"web": {"providers": block}}})

    assert takes({"acme": {"pool": "fast", "cache": "1GiB", "scratch": "1GiB"}, "free": {"any": [1]}})
    assert not takes({"acme": {"pol": "fast"}})
    assert not takes({"acme": {"weight": 99}})
    assert not takes({"acne": {}})
