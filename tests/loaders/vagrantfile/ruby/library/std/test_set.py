"""Set answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("set") == {}


def test_a_large_set_counts_as_memory(run):
    with pytest.raises(SeraiError, match=r"takes more than|endless loop"):
        run("s = Set.new(1..100_000); 1000.times { s = s | [1] }")
