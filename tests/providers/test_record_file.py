"""One file a machine: read as it is, replaced in one step, changed only where it is there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers import record_file
from serai.util.errors import Code, SeraiError


class Note(msgspec.Struct):
    word: str = ""


def load(directory: Path) -> Note | None:
    return record_file.read(f"{directory}/note.json", lambda: msgspec.json.Decoder(Note), "a note")


def save(directory: Path, note: Note) -> None:
    record_file.write(directory / "note.json", msgspec.json.encode(note), sync=False)


def test_none_is_no_error(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    assert load(tmp_path / "gone") is None


def test_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text('{"word": 1}')
    with pytest.raises(SeraiError, match=r"note.json is not a note: .*word") as error:
        load(tmp_path)
    assert error.value.code is Code.CORRUPT


def test_it_is_changed_under_the_lock_and_laid_out_for_a_person(tmp_path: Path) -> None:
    save(tmp_path, Note("old"))
    with record_file.editing(tmp_path / "lock", "note", load, save) as note:
        note.word = "new"
    assert (tmp_path / "note.json").read_text() == '{\n "word": "new"\n}'


def test_one_that_fails_on_the_way_stays_as_it_was(tmp_path: Path) -> None:
    save(tmp_path, Note("old"))
    with pytest.raises(ZeroDivisionError), record_file.editing(tmp_path / "lock", "note", load, save) as note:
        note.word = str(1 // 0)
    assert load(tmp_path) == Note("old")


def test_one_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    change = record_file.editing(tmp_path / "lock", "note", load, save)
    with pytest.raises(SeraiError, match="there is no such note") as error:
        change.__enter__()
    assert error.value.code is Code.FAILED
    assert list(tmp_path.iterdir()) == []
