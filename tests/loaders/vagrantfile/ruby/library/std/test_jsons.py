"""JSON answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("jsons") == {}


def test_deep_json_is_an_error_of_ruby(run):
    seen = run('begin; JSON.parse("[" * 100_000); rescue JSON::NestingError => e; e.class; end')

    assert seen.value == "JSON::NestingError"


def test_a_hash_inside_itself_is_too_deep(run):
    seen = run("h = {}; h[:h] = h; begin; h.to_json; rescue JSON::NestingError => e; e.class; end")

    assert seen.value == "JSON::NestingError"


def test_what_is_generated_counts_as_memory(run):
    with pytest.raises(SeraiError, match="takes more than"):
        run('a = ["x" * 1_000_000] * 1000; a.to_json')
