"""Values become plain data; what cannot be data is named in words."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("ruby", "result"),
    [
        (":a", "a"),
        ('"a"', "a"),
        ("nil.to_a", []),
        ('{ :a => 1, "b" => [nil, true], 3 => 4.5 }', {"a": 1, "b": [None, True], "3": 4.5}),
        ("(1..3)", [1, 2, 3]),
        ("(1...3)", [1, 2]),
        ("/a.b/i", "/a.b/i"),
        ("proc { 1 }", "(a block)"),
        ('("a".."c")', '"a".."c"'),
    ],
)
def test_a_value_is_plain(machine, ruby, result):
    assert machine(f"config.hostmanager.value = {ruby}").sections["hostmanager"]["value"] == result
