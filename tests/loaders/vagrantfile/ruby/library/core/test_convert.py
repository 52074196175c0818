"""What Ruby takes where it asks for an Integer, a String, an Array, a Hash."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.core import convert
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Array, Range, Str, Sym


@pytest.mark.parametrize(
    ("take", "value", "message"),
    [
        (convert.integer, Str("1"), "no implicit conversion of String into Integer"),
        (convert.integer, None, "no implicit conversion from nil to integer"),
        (convert.integer, True, "no implicit conversion of true into Integer"),
        (convert.integer, float("inf"), "Infinity"),
        (convert.small, 2**70, "bignum too big to convert into `long'"),
        (convert.text, 1, "no implicit conversion of Integer into String"),
        (convert.text, None, "no implicit conversion of nil into String"),
        (convert.text, Sym("a"), "no implicit conversion of Symbol into String"),
        (convert.array, Str("a"), "no implicit conversion of String into Array"),
        (convert.mapping, Array(), "no implicit conversion of Array into Hash"),
        (convert.named, 1, "1 is not a symbol nor a string"),
        (convert.real, Str("1"), "can't convert String into Float"),
    ],
)
def test_what_does_not_fit_is_rubys_error(rt, take, value, message):
    with pytest.raises(RubyError) as error:
        take(rt, value)

    assert error.value.message == message


def test_what_fits_is_taken(rt):
    assert convert.integer(rt, 2.9) == 2
    assert convert.named(rt, Str("a")) == convert.named(rt, Sym("a")) == "a"
    assert convert.as_float(10**400) == float("inf")


@pytest.mark.parametrize(
    ("span", "place"),
    [
        (Range(1, 2), (1, 2)),
        (Range(1, -1), (1, 4)),
        (Range(-2, None), (3, 2)),
        (Range(None, 1), (0, 2)),
        (Range(5, 9), (5, 0)),
        (Range(6, 9), None),
        (Range(-9, 1), None),
        (Range(1, 3, True), (1, 2)),
        (Range(3, 1), (3, 0)),
    ],
    ids=lambda value: f"{value.first}..{value.last}" if isinstance(value, Range) else str(value),
)
def test_a_range_means_a_place_in_five_items(rt, span, place):
    assert convert.bounds_of(rt, span, 5) == place
