"""The journal: begun and not ended is what the next run goes on from."""

from pathlib import Path

import pytest

from serai.run.journal import Journal, read, unfinished


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
