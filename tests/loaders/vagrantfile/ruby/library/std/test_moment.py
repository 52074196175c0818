"""Offsets, and local clocks that are put forward and back."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from serai.loaders.vagrantfile.ruby.library.std import moment

BERLIN = SimpleNamespace(environ={"TZ": "Europe/Berlin"})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("+02:00", 7200), ("-0130", -5400), ("+05", 18000), ("Z", 0), ("est", -18000), ("+1", None), ("here", None)],
)
def test_an_offset_is_read(said, seconds):
    assert moment.offset_of(said) == seconds


@pytest.mark.parametrize(("colons", "said"), [(0, "-0330"), (1, "-03:30"), (2, "-03:30:00")])
def test_an_offset_is_written(colons, said):
    assert moment.said_offset(-12600, colons) == said


def test_summer_and_winter():
    winter = moment.at_local(BERLIN, datetime(2020, 1, 15, 12), 0)
    summer = moment.at_local(BERLIN, datetime(2020, 7, 15, 12), 0)

    assert (winter.offset, winter.zone, winter.summer) == (3600, "CET", False)
    assert (summer.offset, summer.zone, summer.summer) == (7200, "CEST", True)


def test_an_hour_that_comes_twice_is_the_first():
    twice = moment.at_local(BERLIN, datetime(2020, 10, 25, 2, 30), 0)

    assert twice.offset == 7200


def test_an_hour_that_is_left_out_is_one_of_its_neighbours():
    skipped = moment.at_local(BERLIN, datetime(2020, 3, 29, 2, 30), 0)

    assert skipped.parts.hour in (1, 3)


def test_a_zone_that_does_not_exist_is_utc():
    assert moment.local(SimpleNamespace(environ={"TZ": "Nowhere/Land"}), 0).offset == 0
