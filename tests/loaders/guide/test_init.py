"""The table of acts and its pages: each id that is served has its page, and what a page names is there."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from serai.host.checks.examine import ROWS
from serai.host.setup.roles import ROLES as SETUPS
from serai.host.tunings.known import TUNINGS
from serai.loaders import guide
from serai.loaders.explain import explain

SOURCES = Path(__file__).parents[3] / "src/serai"
SERVED = [name for name, row in guide.acts().items() if row.state is not guide.State.LATER]


def test_an_id_is_read_as_people_write_it():
    words = ["HW-1", "hw-1", "Hw1", "hw_1", " vag-10 ", "VAG 10"]

    assert [guide.as_id(word) for word in words] == ["HW-1"] * 4 + ["VAG-10"] * 2


@pytest.mark.parametrize("word", ["", "memory", "memory.size", "x86-64", "HW-", "hw-1.x", "a-1000"])
def test_what_does_not_look_like_an_id_is_none(word):
    assert guide.as_id(word) is None


def test_what_is_served_has_a_page_and_nothing_else_has():
    pages = {
        path.name.removesuffix(".toml")
        for path in files("serai.loaders.guide").iterdir()
        if path.name.endswith(".toml") and path.name != "acts.toml"
    }

    assert pages == set(SERVED)


def test_an_act_of_a_later_version_has_no_page():
    assert guide.acts()["OCP-1"].state is guide.State.LATER
    assert guide.page("OCP-1") is None


def test_only_a_partly_served_act_says_what_is_missing():
    assert {name for name, row in guide.acts().items() if row.rest} == {
        name for name, row in guide.acts().items() if row.state is guide.State.PARTLY
    }


def test_ids_are_of_the_families_and_count_from_one():
    for family in guide.families():
        numbers = [int(name.partition("-")[2]) for name in guide.acts() if name.startswith(f"{family}-")]
        assert numbers == list(range(1, len(numbers) + 1)), family
    assert {name.partition("-")[0] for name in guide.acts()} == set(guide.families())


@pytest.mark.parametrize("ident", SERVED)
def test_a_page_tells_all_of_its_parts(ident):
    page = guide.page(ident)

    assert page is not None
    assert all([page.title, page.then, page.wrong, page.now, page.see, page.sources])
    rows = (*ROWS.values(), *TUNINGS.values(), *SETUPS.values())
    assert page.keys or [row.id for row in rows if ident in row.guide]
    assert not re.search(r"\s\s|\n", page.then + page.wrong + page.now)


@pytest.mark.parametrize("ident", SERVED)
def test_the_keys_that_a_page_names_exist(ident):
    page = guide.page(ident)

    assert page is not None
    assert [explain(key).key for key in page.keys] == page.keys


@pytest.mark.parametrize("ident", SERVED)
def test_the_ids_that_a_page_names_exist(ident):
    page = guide.page(ident)

    assert page is not None
    assert set(re.findall(r"explain ([A-Z]+-[0-9]+)", f"{page.then} {page.wrong} {page.now}")) <= set(SERVED)


def test_the_ids_that_sources_point_to_can_be_explained():
    named = {
        found
        for path in SOURCES.rglob("*.py")
        for found in re.findall(r"serai explain ([A-Z]+-[0-9]+)", path.read_text())
    }

    assert "HW-1" in named
    assert named <= set(SERVED)
