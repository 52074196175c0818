"""A lock keeps others out, says who holds it, and is free when its holder is gone."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from serai.util.errors import Code, SeraiError
from serai.util.locks import holder, lock

HOLD = """
import sys
from pathlib import Path
from serai.util.locks import lock
with lock(Path(sys.argv[1]), what="project shop", note="serai up, pid 7"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock `tmp_path/lock` until it is killed."""
    words = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_taken_lock_names_its_holder(tmp_path, other):
    with pytest.raises(SeraiError) as caught, lock(tmp_path / "lock", what="project shop", wait=False):
        pytest.fail("two hold one lock")

    assert caught.value.code is Code.BUSY
    assert caught.value.message == "project shop is in use by serai up, pid 7"
    assert holder(tmp_path / "lock") == "serai up, pid 7"


def test_a_killed_holder_blocks_nobody(tmp_path, other):
    other.kill()
    other.wait()

    with lock(tmp_path / "lock", what="project shop", wait=False):
        pass
    assert holder(tmp_path / "lock") == ""


def test_readers_share(tmp_path):
    with (
        lock(tmp_path / "lock", what="images", shared=True, wait=False),
        lock(tmp_path / "lock", what="images", shared=True, wait=False),
        pytest.raises(SeraiError),
        lock(tmp_path / "lock", what="images", wait=False),
    ):
        pytest.fail("a writer beside readers")


def test_nobody_holds_a_lock_that_is_not_there(tmp_path):
    assert holder(tmp_path / "lock") == ""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_takes_only_the_note(tmp_path, monkeypatch, number):
    def full(*_: object) -> int:
        raise OSError(number, "no room")

    monkeypatch.setattr("serai.util.locks.os.pwrite", full)
    with lock(tmp_path / "lock", what="project shop", note="serai halt", wait=False):
        with pytest.raises(SeraiError) as caught, lock(tmp_path / "lock", what="project shop", wait=False):
            pytest.fail("two hold one lock")
        assert caught.value.message == "project shop is in use by another process"


def test_another_error_of_the_note_is_told(tmp_path, monkeypatch):
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("serai.util.locks.os.pwrite", broken)
    with pytest.raises(OSError, match="broken"), lock(tmp_path / "lock", what="project shop", note="x"):
        pass
