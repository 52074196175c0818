"""Values are told apart as Ruby tells them."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.values import Array, Hash, Range, Str, Sym, plain, ruby


def test_a_symbol_is_not_a_string() -> None:
    assert Sym("a") == Sym("a")
    assert Sym("a") != Str("a")
    assert Hash([(Sym("a"), 1), (Str("a"), 2)]).get(Str("a")) == 2


def test_one_and_one_point_zero_and_true_are_three_keys() -> None:
    found = Hash([(1, "int"), (1.0, "float"), (True, "true")])
    assert [found[1], found[1.0], found[True]] == ["int", "float", "true"]


def test_a_string_that_is_a_key_does_not_change_with_the_string() -> None:
    name = Str("web")
    found = Hash([(name, 1)])
    name.s = "db"
    assert found.get(Str("web")) == 1


@pytest.mark.parametrize("data", [None, True, 3, 2.5, "text", ["a", ["b"]], {"a": {"b": [1, None]}}, []], ids=repr)
def test_data_comes_back_as_it_went_in(data: object) -> None:
    assert plain(ruby(data)) == data


def test_a_range_is_the_list_of_its_numbers() -> None:
    assert plain(Range(1, 3)) == [1, 2, 3]
    assert plain(Range(1, 3, exclusive=True)) == [1, 2]


def test_arrays_and_hashes_are_keys_by_content() -> None:
    found = Hash([(Array([1, Str("a")]), "array"), (Hash([(Sym("k"), 1)]), "hash")])
    assert found[Array([1, Str("a")])] == "array"
    assert found[Hash([(Sym("k"), 1)])] == "hash"
