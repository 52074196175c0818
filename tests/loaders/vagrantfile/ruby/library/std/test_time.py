"""Time answers as Ruby does."""

from __future__ import annotations

import time

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("time") == {}


def test_the_clock_is_the_real_one(run):
    before = time.time()

    assert before - 1 <= int(run("Time.now.to_i").value) <= time.time() + 1


def test_local_time_is_where_env_says(run):
    assert run("Time.at(0).to_s", environ={"TZ": "Asia/Tokyo"}).value == '"1970-01-01 09:00:00 +0900"'
    assert run("Time.local(2020, 7, 1).dst?", environ={"TZ": "Europe/Berlin"}).value == "true"
    assert run("(Time.local(2020, 3, 28, 12) + 86400).hour", environ={"TZ": "Europe/Berlin"}).value == "13"


def test_years_that_cannot_be_shown_are_refused(run):
    with pytest.raises(SeraiError, match="years 1 to 9999"):
        run("Time.at(10**15)")
