"""The host answers as Ruby does."""

from __future__ import annotations

from ruby_expressions import wrong


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("system") == {}


def test_the_user_is_the_one_of_the_environment(run):
    assert run("Etc.getlogin", environ={"USER": "anna", "HOME": "/"}).value == '"anna"'
