"""SecureRandom answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("securerandom") == {}


def test_each_call_gives_another(run):
    assert run("SecureRandom.hex == SecureRandom.hex").value == "false"


def test_too_many_bytes_are_refused(run):
    with pytest.raises(SeraiError, match="takes more than"):
        run("SecureRandom.hex(10**9)")
