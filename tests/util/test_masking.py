"""Secrets are covered wherever they stand."""

from __future__ import annotations

import pytest

from serai.util.errors import Code, SeraiError, SeraiErrors
from serai.util.masking import COVER, Mask, named_secrets


def test_a_value_is_covered_each_time_and_the_longer_one_first() -> None:
    mask = Mask(["hunter2", "hunter2-and-more"])
    assert mask("hunter2-and-more, hunter2!") == f"{COVER}, {COVER}!"


def test_each_line_of_a_value_of_many_lines_is_covered() -> None:
    mask = Mask(["-----BEGIN KEY-----\nabcdef\n-----END KEY-----\n"])
    assert mask("got abcdef") == f"got {COVER}"


@pytest.mark.parametrize("value", ["", "a", "abc"])
def test_what_is_too_short_to_be_told_from_words_is_left(value: str) -> None:
    assert not Mask([value])
    assert Mask([value])("abcabc") == "abcabc"


def test_nothing_secret_is_left_in_an_error() -> None:
    error = SeraiError(Code.FAILED, "no hunter2", hint="try hunter2", details=["hunter2 is wrong", "b"])
    found = Mask(["hunter2"]).error(error)
    assert (found.code, found.message, found.hint) == (Code.FAILED, f"no {COVER}", f"try {COVER}")
    assert found.details == (f"{COVER} is wrong", "b")


def test_nothing_secret_is_left_in_several_errors() -> None:
    found = Mask(["hunter2"]).error(SeraiErrors([SeraiError(Code.INPUT, "a hunter2")]))
    assert str(found) == f"a {COVER}"


def test_variables_that_are_named_like_secrets_are_known() -> None:
    env = {"DB_PASSWORD": "one", "github_token": "two", "PATH": "/bin", "API_KEY": "three", "KEYBOARD": "us"}
    assert named_secrets(env) == ["one", "two", "three"]
