"""A folder goes another way where the host cannot do the first."""

from __future__ import annotations

from serai.run.fallbacks import settled
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

NINEP, RSYNC, VIRTIOFS = FolderType.NINEP, FolderType.RSYNC, FolderType.VIRTIOFS


def machine(*ways: list[FolderType]) -> Machine:
    folders = [
        SyncedFolder(source=".", target=f"/srv/{number}", type=first, fallback=others)
        for number, (first, *others) in enumerate(ways)
    ]
    return Machine(name="web", synced_folders=folders)


def cannot(*kinds: FolderType, more: str = ""):
    def judge(machine: Machine) -> list[SeraiError]:
        errors = [
            SeraiError(Code.MISSING, f"web: synced_folders: no {folder.type} here")
            for folder in machine.synced_folders
            if folder.type in kinds
        ]
        return errors + ([SeraiError(Code.MISSING, more)] if more else [])

    return judge


def ways(machine: Machine) -> list[FolderType]:
    return [folder.type for folder in machine.synced_folders]


def test_what_the_host_can_do_stays() -> None:
    stated = machine([VIRTIOFS, NINEP, RSYNC])

    assert settled(stated, [], cannot()) == (stated, [], [])


def test_the_first_way_that_works_is_taken_and_told() -> None:
    stated, judge = machine([VIRTIOFS, NINEP, RSYNC], [RSYNC]), cannot(VIRTIOFS)
    found, left, notes = settled(stated, judge(stated), judge)

    assert (ways(found), left) == ([NINEP, RSYNC], [])
    assert found.synced_folders[0].fallback == [RSYNC], "the guest's kernel may have no 9p either"
    assert notes == ["web: /srv/0 by 9p in place of virtiofs: synced_folders: no virtiofs here"]


def test_a_way_that_fails_too_is_passed_over() -> None:
    stated, judge = machine([VIRTIOFS, NINEP, RSYNC]), cannot(VIRTIOFS, NINEP)
    found, left, notes = settled(stated, judge(stated), judge)

    assert (ways(found), left, len(notes)) == ([RSYNC], [], 1)


def test_a_refusal_that_no_fallback_takes_away_stays_and_changes_nothing() -> None:
    stated, judge = machine([VIRTIOFS, NINEP]), cannot(VIRTIOFS, NINEP)
    found, left, notes = settled(stated, judge(stated), judge)

    assert (found, notes) == (stated, [])
    assert [error.message for error in left] == ["web: synced_folders: no virtiofs here"]


def test_other_refusals_stay() -> None:
    stated, judge = machine([VIRTIOFS, RSYNC]), cannot(VIRTIOFS, more="web: memory: too much")
    found, left, _ = settled(stated, judge(stated), judge)

    assert ways(found) == [RSYNC]
    assert [error.message for error in left] == ["web: memory: too much"]


def test_folders_without_a_fallback_are_left_alone() -> None:
    stated, judge = machine([VIRTIOFS], [VIRTIOFS, RSYNC]), cannot(VIRTIOFS)
    found, left, _ = settled(stated, judge(stated), judge)

    assert ways(found) == [VIRTIOFS, RSYNC]
    assert len(left) == 1
