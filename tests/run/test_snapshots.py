"""Snapshots of several machines: all are checked before the first is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.run import verbs
from serai.run.events import silent
from serai.run.snapshots import for_each, last_pushed, pushed_name
from serai.run.workspace import Workspace
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


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


SHARED = SyncedFolder(source=".", target="/srv", type=FolderType.NINEP)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """(machine, whether copies are made, too) of each sync."""
    seen: list[tuple[str, bool]] = []
    monkeypatch.setattr("serai.guest.folders.sync", lambda of, *_, copies: seen.append((of.name, copies)))
    return seen


def test_what_runs_again_has_its_shares_again_and_its_copies_as_they_were(
    pretend: Callable[..., Workspace], synced: list[tuple[str, bool]]
) -> None:
    copied = SyncedFolder(source=".", target="/copy")
    opened = pretend(
        Machine(name="db", synced_folders=[copied]), Machine(name="web", synced_folders=[copied, SHARED])
    )
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    list(for_each(opened, [], "save", "a"))
    synced.clear()
    list(for_each(opened, [], "restore", "a"))
    assert synced == [("web", False)]
    list(for_each(opened, [], "restore", "a", mounts=False))
    assert len(synced) == 1


def test_a_share_that_is_not_there_again_fails_the_restore(
    pretend: Callable[..., Workspace], synced: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = pretend(Machine(name="web", synced_folders=[SHARED]))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    list(for_each(opened, [], "save", "a"))

    def lost(*_: object, copies: bool) -> None:
        raise SeraiError(Code.FAILED, "web: synced folder /srv: it cannot be mounted")

    monkeypatch.setattr("serai.guest.folders.sync", lost)
    with pytest.raises(SeraiError, match="synced folder /srv: it cannot be mounted"):
        list(for_each(opened, [], "restore", "a"))
    assert opened.observe()["web"].ready_at == 0  # so that the next `up` tries again


def test_what_is_off_after_a_restore_has_nothing_mounted(
    pretend: Callable[..., Workspace], synced: list[tuple[str, bool]]
) -> None:
    opened = pretend(Machine(name="web", synced_folders=[SHARED]))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    verbs.halt(opened, [], emit=silent)
    list(for_each(opened, [], "save", "a"))
    synced.clear()
    list(for_each(opened, [], "restore", "a"))
    assert synced == []


def test_what_is_refused_replaces_nothing(pretend: Callable[..., Workspace]) -> None:
    opened = pretend(Machine(name="web"), Machine(name="db"))
    verbs.up(opened, ["web"], emit=silent, consent=lambda plan: True)
    list(for_each(opened, ["web"], "save", "a"))
    with pytest.raises(SeraiError, match="db is not made yet"):
        list(for_each(opened, ["web", "db"], "save", "a", replace=lambda name: None))
    assert opened.observe()["web"].snapshots == ("a",)


def test_one_of_the_name_is_replaced_where_there_is_one(workspace: Workspace) -> None:
    list(for_each(workspace, ["web"], "save", "a"))
    before = workspace.provider("web").snapshot_list("web")[0].at
    gone: list[str] = []
    assert list(for_each(workspace, [], "save", "a", replace=gone.append)) == ["db", "web"]
    assert gone == ["web"]
    assert [each.at > before for each in workspace.provider("web").snapshot_list("web")] == [True]


def test_what_is_replaced_has_the_hooks_of_a_deletion(
    pretend: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = pretend(Machine(name="db"), Machine(name="web"))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    list(for_each(opened, ["web"], "save", "a"))
    fired: list[tuple[str, str, list[str]]] = []

    def around(half: str, verb: str, of: Workspace, machines: list[Machine], emit: object) -> None:
        fired.append((half, verb, [machine.name for machine in machines]))

    monkeypatch.setattr("serai.run.snapshots.around", around)
    list(for_each(opened, [], "save", "a", replace=lambda name: None))
    assert fired == [
        ("before", "snapshot_delete", ["web"]),
        ("before", "snapshot_save", ["db", "web"]),
        ("after", "snapshot_delete", ["web"]),
        ("after", "snapshot_save", ["db", "web"]),
    ]


def test_what_is_suspended_keeps_the_old_one(workspace: Workspace) -> None:
    list(for_each(workspace, [], "save", "a"))
    verbs.suspend(workspace, ["web"], emit=silent, to_disk=True)
    with pytest.raises(SeraiError, match="web is suspended to disk"):
        list(for_each(workspace, [], "save", "a", replace=lambda name: None))
    assert workspace.observe()["web"].snapshots == ("a",)


def test_a_save_that_fails_costs_the_old_one_of_that_machine_alone_and_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(for_each(workspace, [], "save", "a"))

    def fails(*_: object) -> None:
        raise SeraiError(Code.FAILED, "db: no room")

    monkeypatch.setattr(workspace.driver("fake"), "snapshot_save", fails)
    with pytest.raises(SeraiError, match="db: no room") as caught:
        list(for_each(workspace, [], "save", "a", replace=lambda name: None))
    assert caught.value.details == ("the old a of db is deleted already",)
    assert workspace.observe()["web"].snapshots == ("a",)


@pytest.mark.parametrize("name", ["", "../../x", "a\nb", "a\n", "\udcff", ".hidden", "x" * 64])
def test_a_name_that_cannot_be_one_is_refused_before_anything_begins(workspace: Workspace, name: str) -> None:
    before = (workspace.scope.home / "journal.jsonl").read_bytes()
    with pytest.raises(SeraiError, match="cannot be a snapshot's name") as caught:
        list(for_each(workspace, ["web"], "save", name))
    assert caught.value.code is Code.INPUT
    assert (workspace.scope.home / "journal.jsonl").read_bytes() == before


def test_one_that_another_program_named_can_go(workspace: Workspace) -> None:
    workspace.provider("web").snapshot_save("web", "before the upgrade")
    assert list(for_each(workspace, ["web"], "delete", "before the upgrade")) == ["web"]


def test_what_was_pushed_last_is_popped_although_the_clock_was_set_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pushed_name(workspace, [])
    list(for_each(workspace, [], "save", first))
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000_000_000_000)
    second = pushed_name(workspace, ["web"])
    list(for_each(workspace, ["web"], "save", second))
    assert last_pushed(workspace, []) == {"db": first, "web": second}


def test_a_name_that_somebody_gave_is_not_popped(workspace: Workspace) -> None:
    list(for_each(workspace, ["web"], "save", "push_x"))
    with pytest.raises(SeraiError, match="no machine has a pushed snapshot"):
        last_pushed(workspace, [])
    pushed = pushed_name(workspace, [])
    list(for_each(workspace, [], "save", pushed))
    assert last_pushed(workspace, ["web"]) == {"web": pushed}
