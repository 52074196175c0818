"""Layers: maps merge, lists replace, null goes back; profiles come in one order, each once."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.layers import Merger, Profiles
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems


def node(text):
    return parse(text, Problems("f"))


@pytest.mark.parametrize(
    ("layers", "merged"),
    [
        (["a: 1", "b: 2"], {"a": 1, "b": 2}),
        (["a: {b: 1, c: 1}", "a: {c: 2}"], {"a": {"b": 1, "c": 2}}),
        (["a: [1, 2]", "a: [3]"], {"a": [3]}),
        (["a: 1", "a: null"], {}),
        (["a: {b: 1}", "a: {b: null, c: 2}"], {"a": {"c": 2}}),
        (["a: {b: 1}", "a: null", "a: {c: 3}"], {"a": {"c": 3}}),
        (["a: 1", "a: {b: 1}"], {"a": {"b": 1}}),
    ],
)
def test_layers_merge(layers, merged):
    assert plain(Merger().merge([node(text) for text in layers])) == merged


def test_the_same_layers_are_merged_once():
    merger, below, over = Merger(), node("a: 1"), node("b: 2")

    assert merger.merge([below, over]) is merger.merge([below, over])


def test_a_merged_key_keeps_its_place():
    merged = Merger().merge([node("a: 1\nb: 1"), node("c: 2\nb: 2")])

    assert merged.keys == {"a": (1, 1), "b": (2, 1), "c": (1, 1)}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ("base", ["base"]),
        ("[left, right]", ["base", "left", "right"]),
        ("[right, base]", ["base", "right"]),
        ("null", []),
        ("[]", []),
    ],
)
def test_profiles_come_after_those_they_list(names, order):
    problems = Problems("f")
    profiles = Profiles(node("base: {}\nleft: {profiles: base}\nright: {profiles: [base]}"), problems)

    assert profiles.order(node(f"x: {names}").items["x"]) == order
    assert len(problems) == 0


def test_a_circle_is_named():
    problems = Problems("f")
    profiles = Profiles(node("a: {profiles: b}\nb: {profiles: a}"), problems)

    profiles.order(node("x: a").items["x"])
    assert "in a circle: a → b → a" in str(problems.errors()[0])


def test_a_long_chain_is_refused():
    problems = Problems("f")
    text = "\n".join(f"p{number}: {{profiles: p{number + 1}}}" for number in range(100))

    Profiles(node(text), problems).order(node("x: p0").items["x"])
    assert "nested deeper than 32 levels" in str(problems.errors()[0])
