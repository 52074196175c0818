"""A key goes into a JSON text, and comes out of it, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serai.host.changes.json_text import drop, put, value_of

STYLES = [
    "{}",
    "{ }\n",
    '{"a": 1}',
    '{\n  "a": 1\n}\n',
    '{\n\t"a": {"b": [1, "}"]},\n\t"c": "\\"{"\n}\n',
    '{"n": {}, "a" : {"b":2} }',
]


@pytest.mark.parametrize("text", STYLES)
def test_what_is_put_in_comes_out_again_byte_for_byte(text):
    put_in = put(text, ("mtu",), 1450)

    assert value_of(put_in, ("mtu",)) == 1450
    assert json.loads(drop(put_in, ("mtu",))) == json.loads(text)
    if json.loads(text):
        assert drop(put_in, ("mtu",)) == text


def test_a_key_is_written_as_its_neighbours_are():
    assert put('{\n  "a": 1\n}\n', ("b",), True) == '{\n  "a": 1,\n  "b": true\n}\n'


def test_a_value_that_is_there_is_replaced_in_its_place():
    assert put('{"a": 1,   "b":2}', ("a",), [3]) == '{"a": [\n        3\n    ],   "b":2}'


def test_objects_above_are_made_and_those_that_are_there_are_used():
    made = put("{}", ("x", "y"), "1")
    assert made == '{\n    "x": {\n        "y": "1"\n    }\n}'
    assert json.loads(put(made, ("x", "z"), 2)) == {"x": {"y": "1", "z": 2}}


def test_the_first_and_the_middle_member_go_with_their_comma():
    text = '{"a": 1, "b": 2, "c": 3}'

    assert drop(text, ("a",)) == '{"b": 2, "c": 3}'
    assert drop(text, ("b",)) == '{"a": 1, "c": 3}'
    assert drop(text, ("c",)) == '{"a": 1, "b": 2}'
    assert drop(text, ("d",)) == text
    assert drop(text, ("a", "d")) == text


@pytest.mark.parametrize("text", ["", "[1]", '{"a": }', "{'a': 1}"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(ValueError):
        put(text, ("a",), 1)


keys = st.text(max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4), keys, values, st.sampled_from([None, 1, 3]))
def test_of_any_object_the_rest_is_the_same(whole, key, value, indent):
    text = json.dumps(whole, indent=indent)
    put_in = put(text, (key,), value)

    assert json.loads(put_in) == {**whole, key: value}
    assert json.loads(drop(put_in, (key,))) == {name: each for name, each in whole.items() if name != key}
