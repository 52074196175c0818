"""ENV answers as Ruby does."""

from __future__ import annotations

import os

from ruby_expressions import wrong


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("environ") == {}


def test_writes_stay_in_the_copy(run, monkeypatch):
    monkeypatch.delenv("SERAI_SEEN", raising=False)
    seen = run('ENV["SERAI_SEEN"] = "x"; ENV["SERAI_SEEN"]')

    assert seen.value == '"x"'
    assert seen.environ["SERAI_SEEN"] == "x"
    assert "SERAI_SEEN" not in os.environ
