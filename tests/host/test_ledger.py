"""What serai changed on a host is kept there, in files that a person can read, and leaves with it."""

from __future__ import annotations

import pytest

from serai.host.changes.change import Kept
from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue
from serai.host.ledger import PLACE, Ledger, Phase, Record, Step
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

STEP = Step(change=WriteFile(path="/etc/x", text="x"), before=Kept(there=True, data=b"\xff", mode=0o600))


@pytest.fixture
def ledger(tmp_path):
    return Ledger(Local(tmp_path))


def test_a_record_comes_back_as_it_was(ledger):
    value = Step(change=KernelValue(path="/sys/x", value="1"), before=Kept(value="0"), phase=Phase.DONE)
    record = Record(
        id="thp", value="never", at="2026-01-01T00:00:00", steps=(STEP, value), owed=("daemon-reload",)
    )
    ledger.write(record)

    assert ledger.read("thp") == record
    assert not record.finished
    assert ledger.names() == ["thp"]


def test_an_empty_record_leaves_nothing_behind(ledger, tmp_path):
    ledger.write(Record(id="thp", steps=(STEP,)))
    ledger.write(Record(id="thp"))

    assert ledger.read("thp") is None
    assert not (tmp_path / PLACE.lstrip("/")).exists()


def test_the_newest_is_undone_first(ledger):
    for ident, at in (("a", "2026-01-01"), ("b", "2026-03-01"), ("c", "2026-02-01")):
        ledger.write(Record(id=ident, at=at, steps=(STEP,)))

    assert [record.id for record in ledger.all()] == ["b", "c", "a"]


def test_a_damaged_record_is_named(ledger, tmp_path):
    ledger.write(Record(id="thp", steps=(STEP,)))
    (tmp_path / PLACE.lstrip("/") / "thp.json").write_text("{")

    with pytest.raises(SeraiError, match=r"thp\.json cannot be read") as error:
        ledger.all()
    assert error.value.code is Code.CORRUPT


def test_a_record_whose_writing_was_killed_leaves_nothing_behind(ledger, tmp_path):
    ledger.write(Record(id="thp", steps=(STEP,)))
    (tmp_path / PLACE.lstrip("/") / ".thp.json.0123456789ab").write_text("half")
    ledger.write(Record(id="thp"))

    assert not (tmp_path / "var/lib/serai").exists()
