"""Unquoted scalars mean what YAML 1.2 says, less its surprises."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.scalars import number, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("010", 10),
        ("08", 8),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("+3", 3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_a_value(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "yes",
        "No",
        "22:22",
        "52:54:00:12:34:56",
        "1_000",
        ".inf",
        ".nan",
        "2026-01-01",
        "1e999",
        "-",
        "+",
        ".",
        "1GiB",
        "=",
        "<<",
        "0b1",
        "1.2.3",
        "٣",
        "0x",
        "9" * 5000,
    ],
)
def test_a_text(text):
    assert resolve(text) == text


def test_a_number_is_never_a_word():
    assert [number(text) for text in ("true", "null", "", "7")] == ["true", "null", "", 7]
