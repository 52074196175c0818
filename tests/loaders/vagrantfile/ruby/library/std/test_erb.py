"""ERB answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("erb") == {}


def test_errors_have_the_line_of_the_template(run):
    with pytest.raises(SeraiError) as failed:
        run('t = ERB.new("a\\nb\\n<%= nope %>\\n"); t.filename = "x.erb"; t.result')

    assert str(failed.value.where).startswith("x.erb:3")


def test_an_endless_template_ends(run):
    with pytest.raises(SeraiError, match=r"endless loop|takes more than"):
        run('ERB.new("<% loop do %>" + "x" * 10_000 + "<% end %>").result')


def test_a_name_that_is_none_is_an_error(run):
    seen = run('begin; ERB.new("x").result_with_hash("a; `ls`" => 1); rescue NameError => e; e.class; end')

    assert seen.value == "NameError"
