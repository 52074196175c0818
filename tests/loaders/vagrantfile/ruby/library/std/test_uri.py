"""URI answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("uri") == {}


def test_addresses_are_not_opened(run):
    with pytest.raises(SeraiError, match=r"URI\.open http://a/b, which needs the network"):
        run('URI.open("http://a/b")')
    with pytest.raises(SeraiError, match="needs the network"):
        run('URI.parse("http://a/b").read')
