"""serai host tune: what would change is shown, done only when it may be, and read back."""

from __future__ import annotations

import json

import pytest

from serai.cli.main import run

TEXT = "w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise"


@pytest.fixture
def tree(tmp_path):
    for name in ("etc", "run", "var/lib"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def test_a_dry_run_shows_a_diff_and_changes_nothing(tree, capsys):
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 2
    assert f"+{TEXT}" in capsys.readouterr().out
    assert not (tree / "etc/tmpfiles.d").exists()


def test_without_a_terminal_nobody_is_asked(tree, capsys):
    assert run(["host", "tune", "thp", "--root", str(tree)]) == 4
    assert "there is no terminal to ask on" in capsys.readouterr().err
    assert not (tree / "etc/tmpfiles.d").exists()


def test_it_is_done_listed_and_undone(tree, capsys):
    assert run(["host", "tune", "thp", "-y", "--root", str(tree)]) == 0
    assert TEXT in (tree / "etc/tmpfiles.d/90-serai-thp.conf").read_text()
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 0
    assert "thp: nothing to do" in capsys.readouterr().out
    assert run(["host", "tune", "--root", str(tree)]) == 0
    assert "applied 20" in capsys.readouterr().out
    assert run(["host", "undo", "thp", "-y", "--root", str(tree)]) == 0
    assert sorted(path.name for path in tree.rglob("*") if path.is_file()) == ["serai-host.lock"]


def test_as_json_it_says_what_was_read_back(tree, capsys):
    assert run(["host", "tune", "thp=never", "-y", "--json", "--root", str(tree)]) == 0
    found = json.loads(capsys.readouterr().out)["tunings"][0]

    assert (found["id"], found["value"]) == ("thp", "never")
    assert [each["state"] for each in found["result"]] == ["pending", "done"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tph"], "there is no tuning tph"),
        (["thp=no"], "there are madvise, never, always"),
        (["thp", "--for", "many"], "no such file, and no size"),
        (["thp", "--root", "/none"], "/none is no directory"),
    ],
)
def test_what_is_wrong_is_said_once(tree, capsys, args, said):
    assert run(["host", "tune", "--root", str(tree), *args]) == 3
    assert said in capsys.readouterr().err
