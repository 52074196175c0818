"""Each tuning says all that a person should know before it changes a host."""

from __future__ import annotations

import pytest

from serai.host.checks.examine import ROWS
from serai.host.tunings.known import TUNINGS, of_role, repairing, tuning
from serai.host.wants import Role
from serai.loaders import guide, topics
from serai.util.errors import SeraiError


@pytest.mark.parametrize("row", TUNINGS.values(), ids=list(TUNINGS))
def test_a_tuning_says_why_and_where_that_is_written(row):
    assert all([row.why, row.when_not, row.source, row.title, row.repairs])
    assert [ident for ident in row.repairs if ident not in ROWS] == []
    assert [ident for ident in row.guide if ident not in guide.acts()] == []


@pytest.mark.parametrize("row", TUNINGS.values(), ids=list(TUNINGS))
def test_the_checks_that_it_repairs_name_it(row):
    silent = [ident for ident in row.repairs if f"serai host tune {row.id}" not in ROWS[ident].next]

    assert silent == []


def test_no_tuning_has_the_name_of_a_check_or_of_a_key_of_the_project_file():
    taken = {*topics.machine_keys(), *topics.file_keys(), *ROWS, *(name.lower() for name in guide.acts())}

    assert taken & set(TUNINGS) == set()


def test_a_check_and_a_role_know_their_tunings():
    assert [row.id for row in repairing("mem.thp")] == ["thp"]
    assert of_role(Role.REALTIME)["thp"] == "never"


def test_a_name_that_there_is_not_is_refused_with_a_near_one():
    with pytest.raises(SeraiError, match="there is no tuning tph"):
        tuning("tph")
