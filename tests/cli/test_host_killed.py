"""A process of `serai host tune` or `undo` that gets SIGKILL at any of its writes: the next one finishes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from serai.cli.main import run

FRAGILE = """
import os, signal, sys
from serai.util import files

left, real = int(sys.argv[1]), files.write_atomic

def fragile(*args, **options):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    real(*args, **options)

files.write_atomic = fragile
from serai.cli.main import run
sys.exit(run(sys.argv[2:]))
"""
OPTIONS = ("-y", "--root")


@pytest.fixture
def tree(tmp_path):
    for name in ("etc", "run", "var/lib"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "etc/tmpfiles.d").mkdir()
    return tmp_path


def contents(tree):
    return {
        str(path.relative_to(tree)): path.read_text()
        for path in tree.rglob("*")
        if path.is_file() and path.name != "serai-host.lock"
    }


def killed(tree, writes, *words):
    """Gives how the process ended."""
    argv = [sys.executable, "-c", FRAGILE, str(writes), "host", *words, *OPTIONS, str(tree)]
    return subprocess.run(argv, capture_output=True, check=False).returncode


@pytest.mark.parametrize("writes", range(3))
def test_tune_is_finished_by_the_next_tune(tree, writes):
    assert killed(tree, writes, "tune", "thp") == -signal.SIGKILL
    assert run(["host", "tune", "thp", *OPTIONS, str(tree)]) == 0
    assert run(["host", "undo", "--all", *OPTIONS, str(tree)]) == 0
    assert contents(tree) == {}


@pytest.mark.parametrize("writes", range(3))
def test_tune_is_put_back_by_undo(tree, writes):
    assert killed(tree, writes, "tune", "thp") == -signal.SIGKILL
    assert run(["host", "undo", "--all", *OPTIONS, str(tree)]) == 0
    assert contents(tree) == {}


def test_undo_is_finished_by_the_next_undo(tree):
    assert run(["host", "tune", "thp", *OPTIONS, str(tree)]) == 0
    assert killed(tree, 0, "undo", "--all") == -signal.SIGKILL
    assert "etc/tmpfiles.d/90-serai-thp.conf" in contents(tree)
    assert run(["host", "undo", "--all", *OPTIONS, str(tree)]) == 0
    assert contents(tree) == {}


@pytest.mark.parametrize("writes", range(0, 14, 2))
def test_several_tunings_in_one_run_are_finished_or_put_back(tree, writes):
    names = ("thp=never", "swappiness", "memlock", "many-guests=9")
    died = killed(tree, writes, "tune", *names)
    assert died == (-signal.SIGKILL if writes < 12 else 0)
    assert run(["host", "tune", *names, *OPTIONS, str(tree)]) == 0
    assert len([name for name in contents(tree) if name.startswith("etc/")]) == len(names)
    assert run(["host", "tune", *names, "-n", "--root", str(tree)]) == 0
    assert killed(tree, writes // 2, "undo", "--all") in (-signal.SIGKILL, 0)
    assert run(["host", "undo", "--all", *OPTIONS, str(tree)]) == 0
    assert contents(tree) == {}


def test_what_holds_already_but_was_not_written_down_is_finished_under_the_lock(tree, capsys, monkeypatch):
    """Killed between a change and the line that says so: all holds, and something is to be done all the same."""
    assert killed(tree, 2, "tune", "thp") == -signal.SIGKILL
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 2
    assert "thp: a run that did not end is finished, or put back" in capsys.readouterr().out
    assert run(["host", "tune", "thp", "--root", str(tree)]) == 4  # it asks, and nobody is there
    assert run(["host", "tune", "thp", *OPTIONS, str(tree)]) == 0
    assert run(["host", "tune", "thp", "-n", "--root", str(tree)]) == 0
