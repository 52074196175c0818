"""The running kernel answers what no file says; what cannot be answered says why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from serai.host.reach import path_mtu, questions
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


def test_an_address_that_nobody_has_is_measured_by_nobody():
    with pytest.raises(Unanswered, match="is not known") as error:
        answer("path-mtu", "no-such-host.invalid 1500 0.1")
    assert error.value.read == "echoes to no-such-host.invalid"


@pytest.mark.parametrize("module", [questions, path_mtu, probe_guest])
def test_what_is_sent_to_other_hosts_is_for_old_pythons(module):
    ast.parse(Path(module.__file__).read_text(), feature_version=(3, 6))
