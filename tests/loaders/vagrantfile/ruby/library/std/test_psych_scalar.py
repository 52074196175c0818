"""Plain scalars as YAML 1.1 and Psych read them; what Ruby answers for many more is in expressions/psych.txt."""

from __future__ import annotations

from datetime import date

import pytest

from serai.loaders.vagrantfile.ruby.library.std.psych_scalar import LONGEST_NUMBER, scalar
from serai.loaders.vagrantfile.ruby.values import Sym


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("y", "y"),
        ("~", None),
        ("", None),
        ("017", 15),
        ("0x1f", 31),
        ("1_000", 1000),
        ("12:30", 45_000),
        ("1e3", "1e3"),
        ("1.5e+3", 1500.0),
        ("10.0.0.1", "10.0.0.1"),
        ("2020-01-02", date(2020, 1, 2)),
        ("2020-02-30", "2020-02-30"),
    ],
)
def test_it_is_this_value(said, value):
    found = scalar(said)

    assert (type(found), found) == (type(value), value)


def test_a_colon_makes_a_symbol():
    assert scalar(":web") == Sym("web")
    assert scalar(':"a b"') == Sym("a b")


def test_a_number_without_end_is_text():
    digits = "9" * (LONGEST_NUMBER + 1)

    assert scalar(digits) == digits
