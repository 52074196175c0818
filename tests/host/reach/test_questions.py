"""The running kernel answers what no file says; what cannot be answered says why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from serai.host.reach import questions
from serai.host.reach.questions import Unanswered, answer
from serai.providers import probe_guest


def test_each_answer_is_of_its_kind(tmp_path):
    assert answer("clock") in ("synchronised", "unsynchronised")
    assert answer("direct", str(tmp_path)) in ("yes", "no")
    free, total = map(int, answer("space", str(tmp_path)).split())
    assert 0 <= free <= total
    assert answer("owner", "/").split()[0] == "0"
    assert answer("owner", "/no/such") == "absent"
    assert answer("user").split()[0].isdigit()


@pytest.mark.parametrize("question", ["space", "direct", "no-such-question"])
def test_what_cannot_be_answered_says_why(question):
    with pytest.raises(Unanswered) as error:
        answer(question, "/no/such")
    assert error.value.why


@pytest.mark.parametrize("module", [questions, probe_guest])
def test_what_is_sent_to_other_hosts_is_for_old_pythons(module):
    ast.parse(Path(module.__file__).read_text(), feature_version=(3, 6))
