"""A tuning is a row with a function."""

from __future__ import annotations

import pytest

from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.util.errors import SeraiError


def test_the_function_below_a_row_plans_it():
    table = Table()

    @table.tuning("x", "an example", why="to see", source="here")
    def plan(facts, asked):
        return Planned(notes=("nothing",))

    assert table.rows[0].plan(None, Asked()).notes == ("nothing",)


def test_a_choice_has_a_default_and_an_end():
    assert choice(Asked(), "a", "a", "b") == "a"
    with pytest.raises(SeraiError, match="c: there are a, b"):
        choice(Asked(value="c"), "a", "a", "b")
