"""Values as they are meant."""

from __future__ import annotations

import pytest

from serai.loaders.compose.values import Values, split
from serai.loaders.yaml.nodes import Map, Scalar, Seq
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.scalars import resolve


def node(text: str) -> Scalar:
    return Scalar(text, resolve(text), (1, 1), "key")


def read(how: str, text: str) -> object:
    problems = Problems("f")
    value = getattr(Values(problems), how)(node(text))
    assert (value is None) == bool(len(problems))
    return value


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        ("size", "512m", 512 << 20),
        ("size", "2GB", 2 << 30),
        ("size", "1.5k", 1536),
        ("size", "1024", 1024),
        ("size", "10 mib", 10 << 20),
        ("size", "much", None),
        ("size", "9" * 17 + "t", None),
        ("seconds", "1m30s", 90.0),
        ("seconds", "500ms", 0.5),
        ("seconds", "1.5h", 5400.0),
        ("seconds", "10", 10.0),
        ("seconds", "10 s", None),
        ("flag", "yes", True),
        ("flag", "FALSE", False),
        ("flag", "maybe", None),
        ("whole", "-1", -1),
        ("whole", "1.5", None),
        ("number", "0.50", 0.5),
        ("number", ".5", 0.5),
        ("number", ".", None),
        ("number", "x", None),
        ("text", "8080", "8080"),
        ("text", "", None),
        ("command", "a 'b c'", ["a", "b c"]),
        ("command", "a 'b", None),
    ],
)
def test_a_value_is_read(how: str, text: str, expected: object) -> None:
    assert read(how, text) == expected


def test_lists_and_maps_are_pairs() -> None:
    values = Values(Problems("f"))
    listed = Seq([node("A=b=c"), node("D")], (1, 1), "key")
    mapped = Map({"A": node("1"), "B": node("")}, {"A": (1, 1), "B": (2, 1)}, (1, 1), "key")

    assert values.texts(listed) == {"A": "b=c", "D": ""}
    assert values.texts(mapped) == {"A": "1", "B": ""}
    assert values.words(node("one")) == ["one"]


def test_a_wrong_kind_is_said() -> None:
    problems = Problems("f")
    values = Values(problems)

    assert values.nodes(node("x")) == []
    assert values.map(node("x"), ("a",)) == {}
    assert values.one_of(node("brdge"), ("bridge", "host")) is None
    assert [error.message for error in problems.errors()] == [
        "key: 'brdge' is not one of bridge, host, did you mean 'bridge'?",
        "key: must be a list, not the text 'x'",
        "key: must be a map, not the text 'x'",
    ]


def test_a_text_is_split_at_the_first_sign() -> None:
    assert split("a:b=c", "=:") == ("a", "b=c")
    assert split("a", "=") == ("a", None)
