"""Values go to the recorder and come back as what they were."""

from __future__ import annotations

import json
import math

import pytest

from serai.loaders.vagrantfile.byruby.wire import Wire
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Range, Regexp, Str, Sym


@pytest.fixture
def wire():
    return Wire(lambda number, args: (number, args), Module("Object"), Module)


@pytest.mark.parametrize("value", [None, True, 3, 1.5, Sym("a"), Range(1, None, True), 10**40])
def test_a_value_comes_back(wire, value):
    assert wire.decoded(json.loads(json.dumps(wire.encoded(value)))) == value


def test_a_regexp_is_made_of_its_source_and_numbered_options(wire):
    assert wire.encoded(Regexp("x", "im")) == ["x", "x", 5]


def test_numbers_that_json_has_no_word_for(wire):
    assert wire.encoded(math.inf) == ["f", "Infinity"]
    assert math.isnan(wire.decoded(["f", "NaN"]))


def test_a_container_is_known_again_and_changes_in_place(wire):
    value = wire.decoded(["h", 1, [[["y", "a"], ["a", 2, [["s", 3, "x"]]]]]])
    inner = value[Sym("a")]
    wire.decoded(["a", 2, [1, 2]])

    assert inner == Array([1, 2])
    assert wire.encoded(inner) == ["=", 2]
    assert wire.encoded(value) == ["=", 1]


def test_what_is_made_here_has_a_number_below_zero(wire):
    value = Hash([(Sym("a"), Str("b"))])

    kind, number, _ = wire.encoded(value)
    assert (kind, wire.encoded(value)) == ("h", ["=", number])
    assert wire.decoded(["=", number]) is value


def test_a_block_is_called_by_its_number(wire):
    block = wire.decoded(["p", 5, 2, False])

    assert block.arity == 2
    assert block.body([1]) == (5, [1])
    assert wire.decoded(["p", 5, 2, False]) is block


@pytest.mark.parametrize("said", ["text", {"a": 1}, ["q"], ["=", 9], ["o", 9], ["s"], ["h", 1, [1]], []])
def test_what_is_no_value_is_an_error(wire, said):
    with pytest.raises((ValueError, TypeError, LookupError)):
        wire.decoded(said)


def test_a_python_object_is_not_handed_out(wire):
    with pytest.raises(TypeError):
        wire.encoded(object())
