"""The running kernel answers what no file says."""

from __future__ import annotations

import pytest

from serai.host.facts.kernel import answer
from serai.host.facts.source import Unknown


def test_each_answer_is_of_its_kind(tmp_path):
    assert answer("clock") in ("synchronised", "unsynchronised")
    assert answer("direct", str(tmp_path)) in ("yes", "no")
    free, total = map(int, answer("space", str(tmp_path)).split())
    assert 0 <= free <= total
    assert answer("owner", "/").split()[0] == "0"
    assert answer("owner", "/no/such") == "absent"


def test_what_is_not_there_is_unknown():
    with pytest.raises(Unknown):
        answer("space", "/no/such")
