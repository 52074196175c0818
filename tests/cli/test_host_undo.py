"""serai host undo: what stood there before comes back, unless somebody changed it since."""

from __future__ import annotations

import json

import pytest

from serai.cli.main import run

FILE = "etc/tmpfiles.d/90-serai-thp.conf"


@pytest.fixture
def tree(tmp_path, capsys):
    for name in ("etc", "run", "var/lib"):
        (tmp_path / name).mkdir(parents=True)
    assert run(["host", "tune", "thp", "-y", "--root", str(tmp_path)]) == 0
    capsys.readouterr()
    return tmp_path


def undo(tree, *args):
    return run(["host", "undo", "--root", str(tree), *args])


def test_without_a_name_it_lists_what_was_done(tree, capsys):
    assert undo(tree) == 0
    assert f"/{FILE}: as written" in capsys.readouterr().out
    assert undo(tree, "--json") == 0
    assert json.loads(capsys.readouterr().out)["applied"][0]["id"] == "thp"


def test_a_dry_run_puts_nothing_back(tree, capsys):
    assert undo(tree, "--all", "-n") == 2
    assert f"thp: undo write /{FILE}" in capsys.readouterr().out
    assert (tree / FILE).exists()


def test_a_conflict_is_shown_and_stops_it(tree, capsys):
    (tree / FILE).write_text("mine")
    assert undo(tree, "thp", "-y") == 4
    said = capsys.readouterr()
    assert f"conflict: /{FILE} was changed since" in said.out
    assert "--force puts back" in said.err
    assert (tree / FILE).read_text() == "mine"
    assert undo(tree, "thp", "-y", "--force") == 0
    assert not (tree / FILE).exists()


def test_all_is_undone_and_then_there_is_nothing(tree, capsys):
    assert undo(tree, "--all", "-y", "--json") == 0
    assert json.loads(capsys.readouterr().out)["undo"][0]["id"] == "thp"
    assert undo(tree, "--all", "-y") == 0
    assert capsys.readouterr().out == "nothing to undo\n"
    assert undo(tree) == 0
    assert "changed nothing" in capsys.readouterr().out


def test_a_name_that_was_not_applied_is_refused(tree, capsys):
    assert undo(tree, "tph") == 3
    assert "tph was not applied here" in capsys.readouterr().err


def test_all_is_not_one_that_is_named(tree, capsys):
    assert undo(tree, "thp", "--all", "-y") == 64
    assert "it takes no ID" in capsys.readouterr().err
    assert (tree / FILE).exists()
