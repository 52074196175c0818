"""Names of forks, and what is refused before anything stands still."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.run import verbs
from serai.run.events import silent
from serai.run.fork import fork, free_names
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def test_names_count_from_one_and_leave_out_what_is_taken():
    assert free_names("db-fork-%d", 3, {"db", "db-fork-2"}) == ["db-fork-1", "db-fork-3", "db-fork-4"]
    assert free_names("new", 1, {"db"}) == ["new"]


@pytest.mark.parametrize(
    ("pattern", "count", "words"),
    [
        ("new", 2, "'new' is one name, for 2 forks"),
        ("db", 1, "db exists already"),
        ("a/%d", 1, "'a/1' cannot be a machine's name"),
    ],
)
def test_names_that_cannot_be_are_refused(pattern: str, count: int, words: str) -> None:
    with pytest.raises(SeraiError, match=words):
        free_names(pattern, count, {"db"})


def test_what_does_not_run_or_is_not_there_is_not_forked(pretend: Callable[..., Workspace]) -> None:
    workspace = pretend(Machine(name="db"))
    with pytest.raises(SeraiError, match="db is absent: only what runs is forked"):
        fork(workspace, "db", emit=silent)
    with pytest.raises(SeraiError, match="no machine is called 'bd'"):
        fork(workspace, "bd", emit=silent)


def test_a_provider_that_cannot_says_why(pretend: Callable[..., Workspace]) -> None:
    workspace = pretend(Machine(name="db"))
    verbs.up(workspace, emit=silent, consent=lambda plan: True)
    with pytest.raises(SeraiError, match="fake cannot do fork: a pretended machine has no memory") as told:
        fork(workspace, "db", emit=silent)
    assert told.value.code is Code.UNSUPPORTED
