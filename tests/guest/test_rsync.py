"""How rsync is called, and what a copy by tar leaves out as rsync would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.guest.rsync import keeps, push, words
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint
from serai.spec.folder import Rsync, SyncedFolder


def called(**options: Any) -> list[str]:
    return words(SyncedFolder(source=".", target="/srv", **options), "")


def test_its_own_options_leave_owners_alone() -> None:
    assert called()[:6] == ["rsync", "--archive", "--protect-args", "--no-owner", "--no-group", "--compress"]


def test_stated_options_take_the_place_of_ours_and_exclusions_stay() -> None:
    argv = called(rsync=Rsync(args=["-a", "--copy-links"]), exclude=["*.o"], delete=True)
    assert argv == [
        "rsync",
        "-a",
        "--copy-links",
        "--exclude=.git",
        "--exclude=.serai",
        "--exclude=*.o",
        "--delete",
    ]


@pytest.mark.parametrize("owner", ["www", "www:web", ":web"])
def test_an_owner_is_set_by_rsync(owner: str) -> None:
    argv = called(owner=owner)
    assert f"--chown={owner}" in argv
    assert "--no-owner" not in argv


def test_owners_that_are_kept_go_by_number() -> None:
    argv = called(rsync=Rsync(keep_owners=True))
    assert argv[-3:] == ["--owner", "--group", "--numeric-ids"]
    assert "--no-owner" not in argv


def test_another_program_and_a_way_to_root_are_one_word() -> None:
    folder = SyncedFolder(source=".", target="/srv", rsync=Rsync(program="/opt/rsync"))
    assert words(folder, "sudo -n ")[-1] == "--rsync-path=sudo -n /opt/rsync"


def test_what_a_talkative_rsync_says_is_shown(web: SshTransport, tmp_path: Path, need: Any) -> None:
    need("rsync")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("x")
    said: list[str] = []
    folder = SyncedFolder(source="app", target=str(tmp_path / "guest"), rsync=Rsync(verbose=True))
    push("web", folder, tmp_path / "app", web, said.append)
    assert "main.py" in said


@pytest.mark.parametrize(
    ("path", "patterns", "kept"),
    [
        ("a/b.py", [], True),
        (".git/config", [], False),
        ("sub/.git", [], False),
        ("a/b.pyc", ["*.pyc"], False),
        ("logs/x", ["/logs"], False),
        ("a/logs/x", ["/logs"], True),
        ("a/build/x", ["build/"], False),
        ("a/b/c", ["a/b"], False),
        ("x/a/b/c", ["a/b"], False),
    ],
)
def test_tar_leaves_out_what_rsync_would(path: str, patterns: list[str], kept: bool) -> None:
    assert keeps(path, patterns) is kept


def test_a_copy_by_tar_lands_in_the_target_whether_or_not_it_ends_with_a_slash(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("x")
    way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")
    for target in (tmp_path / "one", tmp_path / "two"):
        folder = SyncedFolder(source="app", target=f"{target}/" if target.name == "two" else str(target))
        push("web", folder, tmp_path / "app", way, lambda said: None)

        assert [path.name for path in target.iterdir()] == ["main.py"]
