"""A program of the host is run, and its failure is told with what it said."""

from __future__ import annotations

import pytest

from serai.host.changes.running import must
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result


def test_what_it_prints_is_given(tmp_path):
    assert must(Local(tmp_path, run=lambda argv: Result(argv, 0, "36\n", "")), "id") == "36\n"


@pytest.mark.parametrize(("said", "told"), [("x\nno such user\n", "no such user"), ("", "no message")])
def test_a_failure_tells_the_last_line(tmp_path, said, told):
    with pytest.raises(SeraiError, match=f"userdel vdsm ended with exit code 6: {told}"):
        must(Local(tmp_path, run=lambda argv: Result(argv, 6, "", said)), "userdel", "vdsm")
