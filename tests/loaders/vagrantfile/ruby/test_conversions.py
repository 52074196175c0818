"""What Ruby asks of values without being told to."""

from __future__ import annotations

import pytest

from ruby_cases import interpreter
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Range, Str, Sym


@pytest.fixture
def interp(tmp_path):
    return interpreter(tmp_path)


def test_text_of_values(interp):
    assert [interp.to_s(value) for value in (None, True, 5, Str("a"), Sym("b"))] == ["", "true", "5", "a", "b"]


def test_a_splat_takes_what_has_items_apart(interp):
    assert interp.splat(Array([1, 2])) == [1, 2]
    assert interp.splat(None) == [] and interp.splat(5) == [5]
    assert interp.splat(Range(1, 3)) == [1, 2, 3]
    assert interp.splat(Hash([(Sym("a"), 1)])) == [[Sym("a"), 1]]


def test_for_goes_over_ranges_arrays_and_hashes(interp):
    assert list(interp.each(Range(1, 3, True))) == [1, 2]
    assert list(interp.each(Array([1, 2]))) == [1, 2]
    assert list(interp.each(Hash([(1, 2)]))) == [[1, 2]]


def test_a_symbol_is_a_block(interp):
    assert interp.call(interp.to_proc(Sym("upcase")), [Str("a")]) == Str("A")
    given = Proc(lambda args, block=None, me=None: 1)
    assert interp.to_proc(given) is given
    with pytest.raises(RubyError, match=r"wrong argument type Integer \(expected Proc\)"):
        interp.to_proc(5)


def test_equality_is_rubys(interp):
    assert interp.equal(1, 1.0) and not interp.equal(1, True) and not interp.equal(Str("a"), Sym("a"))
    assert interp.matches(interp.constant("Integer"), 5) and not interp.matches(interp.constant("Integer"), True)


def test_what_cannot_be_converted_is_a_type_error(interp):
    with pytest.raises(RubyError, match="no implicit conversion of Integer into Hash"):
        interp.converted(5, "to_hash", Hash)
    with pytest.raises(RubyError, match="no implicit conversion of nil into Hash"):
        interp.converted(None, "to_hash", Hash)
