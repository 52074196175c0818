"""Nodes know their place, and what they are called."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.nodes import Map, Scalar, Seq, is_null, kind, listed, locate, mapping, of, plain, short
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems


@pytest.fixture
def root():
    return parse("a: {b: [1, x, null], c: '${x}'}\nd: true\n", Problems("f"))


def test_plain_leaves_the_bare_values(root):
    assert plain(root) == {"a": {"b": [1, "x", None], "c": "${x}"}, "d": True}


def test_a_node_is_found_by_its_path(root):
    assert locate(root, ["a", "b", 1]).place == (1, 12)
    assert locate(root, ["a", "b", 1]).path == "a.b[1]"


@pytest.mark.parametrize("steps", [["a", "b", 7], ["a", "b", "x"], ["a", "b", 7, "deeper"]])
def test_the_deepest_node_stands_for_what_is_not_stated(root, steps):
    assert locate(root, steps).path == "a.b"


def test_size_and_expressions_are_known(root):
    assert (root.size, root.items["a"].size, root.dynamic, root.items["d"].dynamic) == (8, 6, True, False)


def test_kinds_are_words(root):
    nodes = [root, *root.items["a"].items["b"].items, root.items["d"], root.items["a"].items["b"]]

    assert [kind(node) for node in nodes] == ["a map", "the number 1", "the text 'x'", "nothing", "true", "a list"]


def test_what_the_loader_makes_stands_where_it_came_from(root):
    like = root.items["d"]

    assert [(of(value, like).text, of(value, like).place) for value in (True, None, 7, "x")] == [
        ("true", (2, 4)),
        ("", (2, 4)),
        ("7", (2, 4)),
        ("x", (2, 4)),
    ]
    assert mapping({"k": like}, like).keys == {"k": (2, 4)}


def test_other_items_keep_the_places_of_their_keys(root):
    other = root.replaced({"d": root.items["d"], "new": root.items["a"]})

    assert other.keys == {"d": (2, 1), "new": (1, 4)}


def test_null_is_told_from_empty():
    assert is_null(Scalar("", None, (1, 1), ""))
    assert not is_null(Scalar("", "", (1, 1), ""))
    assert not is_null(Map({}, {}, (1, 1), ""))
    assert not is_null(Seq([], (1, 1), ""))


def test_long_texts_and_lists_are_cut():
    assert short("x" * 100) == "x" * 59 + "…"
    assert listed("abc") == "a, b, c"
    assert listed("abc", 2) == "a, b and 1 more"
