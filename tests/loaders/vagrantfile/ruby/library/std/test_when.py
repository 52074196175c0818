"""Dates and times out of texts."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.std.when import parse, strptime


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("2020-01-02", {"year": 2020, "month": 1, "day": 2}),
        ("2020-01", {"year": 2020, "month": 1}),
        ("3rd Feb 2001", {"year": 2001, "month": 2, "day": 3}),
        ("February 3, 2001", {"year": 2001, "month": 2, "day": 3}),
        ("3.2.2001", {"year": 2001, "month": 2, "day": 3}),
        ("10:20", {"hour": 10, "minute": 20, "second": 0}),
        ("10:20:30.5 pm", {"hour": 22, "minute": 20, "second": 30, "fraction": 500_000_000}),
        ("nothing at all", {}),
    ],
)
def test_what_is_said_is_found(said, parts):
    assert parse(said) == parts


@pytest.mark.timeout(30)
def test_a_text_that_means_harm_is_read_quickly():
    parse("1" * 200)
    parse("Jan " * 50)
    strptime("1" * 200, "%Y%Y%Y%Y%Y%Y")


def test_a_pattern_reads_its_parts():
    assert strptime("5 Mar 21 3pm +0100", "%d %b %y %I%p %z") == {
        "day": 5,
        "month": 3,
        "year": 2021,
        "hour": 15,
        "offset": 3600,
    }
    assert strptime("2020", "%Y-%m") is None
    assert strptime("100%", "100%%") == {}
