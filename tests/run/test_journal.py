"""The journal: begun and not ended is what the next run goes on from."""

import errno
import os
from pathlib import Path

import pytest

from serai.run.journal import Journal, read, unfinished
from serai.util.errors import SeraiError


def test_a_run_in_good_order_leaves_nothing_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "up") as journal:
        journal.write("do", "web/create")
        journal.write("done", "web/create")
    assert unfinished(read(path)) == []
    assert [line.what for line in read(path)] == ["run", "do", "done", "end"]


def test_a_step_that_was_begun_and_not_ended_is_found_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "up").__enter__()
    journal.write("do", "db/create")
    journal.write("done", "db/create")
    journal.write("do", "web/create")  # and then the power fails
    with Journal(path, "up") as following:
        assert [line.step for line in following.interrupted] == ["web/create"]


def test_a_kill_between_two_steps_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path, "up").__enter__()
    assert [line.text for line in unfinished(read(path))] == ["up"]


def test_a_line_that_a_crash_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "up"):
        pass
    with path.open("ab") as file:
        file.write(b'{"run":"x","wh')
    assert len(read(path)) == 2


def test_an_exception_is_written_as_the_end(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(KeyError), Journal(path, "up"):
        raise KeyError
    assert read(path)[-1].text == "KeyError"


def test_an_old_journal_is_halved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "up") as journal:
        for number in range(100):
            journal.write("do", f"m{number}/create")
    before = len(read(path))
    monkeypatch.setattr("serai.run.journal.KEEP", 100)
    with Journal(path, "up"):
        pass
    assert len(read(path)) == before - before // 2 + 2


class Full:
    """Stands for os.write: `room` more bytes find room, the first write that does not fit is cut off there."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.write = os.write

    def __call__(self, handle: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken, self.room = min(len(data), self.room), max(0, self.room - len(data))
        return self.write(handle, data[:taken])


def test_nothing_begins_that_a_full_disk_keeps_from_being_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "up") as journal:
        monkeypatch.setattr("serai.run.journal.os.write", Full(0))
        with pytest.raises(SeraiError, match="No space left") as caught:
            journal.write("do", "web/create")
        journal.write("failed", "web/create")  # what is over is told in another way
    assert str(path) in caught.value.message
    assert "make room" in caught.value.hint


def test_what_makes_room_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, "destroy", frees=True) as journal:
        full = Full(30)
        monkeypatch.setattr("serai.run.journal.os.write", full)
        journal.write("do", "web/destroy")
        assert journal.lost
        full.room = 1000
        journal.write("done", "web/destroy")
    assert [line.what for line in read(path)] == ["run", "done", "end"]  # the half line spoils no other


def test_another_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    with Journal(tmp_path / "journal.jsonl", "destroy", frees=True) as journal, monkeypatch.context() as patched:
        patched.setattr("serai.run.journal.os.write", broken)
        with pytest.raises(OSError, match="broken"):
            journal.write("do", "web/destroy")
