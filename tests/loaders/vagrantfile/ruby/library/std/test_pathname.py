"""Pathname answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("pathname") == {}


def test_what_it_would_change_is_noted(run, project):
    seen = run('Pathname("a/b").mkpath; Pathname("c").write("x")')

    assert list(project.iterdir()) == []
    assert len(seen.notices) == 2


def test_nothing_outside_is_read(run):
    with pytest.raises(SeraiError, match="outside of the project"):
        run('Pathname("/etc/passwd").read')
