"""Values of two scopes are joined by their key's rule."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.table import (
    UNSET,
    arguments,
    concatenated,
    deeply_updated,
    symbolised,
    taken,
    unless_empty,
    updated,
)
from serai.loaders.vagrantfile.ruby.values import Array, Str, Sym, plain, ruby


@pytest.mark.parametrize(
    ("join", "outer", "inner", "result"),
    [
        (concatenated, [1], [2], [1, 2]),
        (concatenated, UNSET, [2], [2]),
        (concatenated, [1], UNSET, [1]),
        (updated, {"a": 1, "b": 1}, {"b": 2}, {"a": 1, "b": 2}),
        (updated, UNSET, {"b": 2}, {"b": 2}),
        (updated, {"a": 1}, UNSET, {"a": 1}),
        (unless_empty, [1], [], [1]),
        (unless_empty, [1], [2], [2]),
        (unless_empty, [1], UNSET, [1]),
        (
            deeply_updated,
            {"a": {"x": 1}, "l": [1]},
            {"a": {"y": 2}, "l": [2]},
            {"a": {"x": 1, "y": 2}, "l": [1, 2]},
        ),
        (deeply_updated, {"a": 1}, {"a": 2}, {"a": 2}),
        (deeply_updated, {"a": 1}, UNSET, {"a": 1}),
    ],
)
def test_two_scopes_are_joined(join, outer, inner, result):
    assert plain(join(ruby(outer), ruby(inner))) == result


def test_options_are_the_callees_own():
    given = ruby({"a": 1})
    args, options = arguments([Str("x"), given])
    options[Sym("b")] = 2

    assert args == [Str("x")]
    assert len(given) == 1
    assert arguments([Array()])[1].entries == {}


def test_names_given_as_strings_are_symbols():
    _, options = symbolised([ruby({"a": 1})])

    assert taken(options, "a") == 1
    assert taken(options, "a", "gone") == "gone"
