"""Whether a user may open a file of a host that is elsewhere is told by its owner, group and mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_cases import Case, source
from serai.host.checks.row import Outcome
from serai.host.facts.files import FilesOf
from serai.host.facts.source import Unknown

NODE = "/dev/vfio/7"


def files(root: Path, **ask: str) -> FilesOf:
    questions = {f"owner {NODE}" if name == "owner" else name: answer for name, answer in ask.items()}
    return FilesOf(source(root, Case(outcome=Outcome.PASS, ask=questions)))


@pytest.mark.parametrize(
    ("owner", "user", "opens"),
    [
        ("0 0 600", "0 0", True),
        ("0 0 600", "1000 1000", False),
        ("1000 0 600", "1000 1000", True),
        ("1000 0 066", "1000 0", False),
        ("0 108 660", "1000 1000 108", True),
        ("0 108 640", "1000 1000 108", False),
        ("0 0 666", "1000 1000", True),
        ("absent", "0 0", False),
    ],
)
def test_who_may_open_a_device(tmp_path: Path, owner: str, user: str, opens: bool) -> None:
    assert files(tmp_path, owner=owner, user=user).opens(NODE) is opens


def test_where_nobody_can_be_asked_it_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(Unknown):
        files(tmp_path).opens(NODE)
