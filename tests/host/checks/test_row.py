"""A row knows its family; what was read gives place and value of a finding."""

from __future__ import annotations

from serai.host.checks.examine import ROWS
from serai.host.checks.row import passed
from serai.host.facts.source import Reading


def test_a_row_is_of_the_family_before_its_dot():
    assert ROWS["mem.thp"].family == "mem"


def test_a_finding_names_what_was_read():
    assert (passed(Reading("/a", "x")).read, passed(Reading("/a", "x")).value) == ("/a", "x")
    assert passed("/a", "y").value == "y"
