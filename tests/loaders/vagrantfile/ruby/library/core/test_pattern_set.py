"""Sets of characters: nested, negated, met, and by their names."""

from __future__ import annotations

import re

import pytest

from serai.loaders.vagrantfile.ruby.library.core.pattern_set import SetError, SetReader, property_set


def compiled(source: str) -> re.Pattern[str]:
    reader = SetReader(source, 1)
    told = reader.read()
    assert reader.at == len(source)
    return re.compile(told)


@pytest.mark.parametrize(
    ("source", "inside", "outside"),
    [
        ("[abc]", "abc", "d"),
        ("[^abc]", "d\n", "a"),
        ("[a-c[x-z]]", "ay", "m["),
        ("[a-z&&[^aeiou]]", "bz", "aA"),
        ("[^a-z&&[^aeiou]]", "aA", "b"),
        ("[[:alpha:]_]", "aé_", "1-"),
        ("[^[:space:]]", "a", " \n"),
        ("[[:^digit:]]", "a", "1"),
        (r"[\w.-]", "a.-", " "),
        (r"[\]\[]", "[]", "a"),
        ("[a-]", "a-", "b"),
        ("[-a]", "a-", "b"),
        (r"[\d\s]", "1 ", "a"),
        (r"[\p{Lu}\u00e0]", "Éà", "é"),
        (r"[^\D]", "1", "a"),
        (r"[\x41-\x43]", "AC", "D"),
        (r"[\n\t]", "\n\t", "n"),
        ("[&~|-]", "&~|-", "a"),
    ],
)
def test_a_set_matches_what_rubys_does(source, inside, outside):
    spelled = compiled(source)

    assert all(spelled.fullmatch(char) for char in inside)
    assert not any(spelled.fullmatch(char) for char in outside)


@pytest.mark.parametrize("source", ["[a", "[z-a]", "[\\", r"[\p{Nonsense}]", "[[:nonsense:]]"])
def test_what_is_no_set_is_an_error(source):
    with pytest.raises(SetError):
        compiled(source)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [("Alnum", "a1é", "-"), ("upper", "AÉ", "a"), ("Greek", "α", "a"), ("Nd", "1٣", "a")],
)
def test_a_property_is_a_set(name, inside, outside):
    spelled = re.compile(f"[{property_set(name)}]")

    assert all(spelled.match(char) for char in inside)
    assert not any(spelled.match(char) for char in outside)
