"""Roles are known by name, and what they are checked by is there."""

from __future__ import annotations

import pytest

from serai.host.checks.examine import ROWS
from serai.host.setup.roles import ROLES, role_of
from serai.util.errors import SeraiError


def test_a_role_is_found_by_its_name():
    assert role_of("lxc").title == "system containers by LXC"


def test_one_that_there_is_not_is_answered_with_what_was_meant():
    with pytest.raises(SeraiError, match="no role libvrit") as refused:
        role_of("libvrit")
    assert "libvirt" in refused.value.hint


@pytest.mark.parametrize("role", ROLES)
def test_the_checks_of_each_role_are_there(role):
    assert ROLES[role].checks
    assert set(ROLES[role].checks) <= set(ROWS)
