"""Snapshots of several machines: all are checked before the first is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.run import verbs
from serai.run.events import silent
from serai.run.snapshots import for_each
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture
def workspace(pretend: Callable[..., Workspace]) -> Workspace:
    opened = pretend(Machine(name="db"), Machine(name="web"))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    return opened


def test_without_names_all_machines_are_saved(workspace: Workspace) -> None:
    assert list(for_each(workspace, [], "save", "a")) == ["db", "web"]
    assert workspace.observe()["web"].snapshots == ("a",)


def test_one_that_has_it_already_keeps_all_from_being_saved(workspace: Workspace) -> None:
    list(for_each(workspace, ["web"], "save", "a"))
    with pytest.raises(SeraiError, match="web has a snapshot 'a' already"):
        list(for_each(workspace, [], "save", "a"))
    assert workspace.observe()["db"].snapshots == ()


def test_one_that_is_not_there_is_named_with_those_that_are(workspace: Workspace) -> None:
    list(for_each(workspace, ["web"], "save", "a"))
    with pytest.raises(SeraiError, match="web has no snapshot 'b'") as caught:
        list(for_each(workspace, ["web"], "restore", "b"))
    assert caught.value.hint == "there are: a"


def test_a_machine_that_is_not_made_has_no_snapshots(pretend: Callable[..., Workspace]) -> None:
    with pytest.raises(SeraiError, match="web is not made yet"):
        list(for_each(pretend(Machine(name="web")), ["web"], "save", "a"))


def test_the_shared_connection_ends_before_a_machine_goes_back_in_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr("serai.run.snapshots.hang_up", lambda _, name: ended.append(name))
    list(for_each(workspace, ["web"], "save", "a"))
    assert ended == []
    list(for_each(workspace, ["web"], "restore", "a"))
    assert ended == ["web"]
