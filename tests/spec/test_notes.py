"""Types without notes check what types with them check, and a plain start makes them so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from msgspec import Meta

from serai.spec import notes

BARE = notes._Bare


def test_what_only_says_something_is_left_out() -> None:
    assert BARE[int, Meta(description="virtual CPUs", examples=[2])] is int
    assert BARE[int | None, Meta(title="CPUs", extra_json_schema={"default": 1})] == int | None


@pytest.mark.parametrize("note", [Meta(ge=1, description="CPUs"), Meta(pattern="^a"), Meta(extra={"path": True})])
def test_what_is_meant_stays(note: Meta) -> None:
    assert BARE[str, note].__metadata__ == (note,)


CHECK = """\
import sys
import msgspec
from serai.spec import notes
if sys.argv[1] == "bare":
    notes.leave_out()
from serai.spec.machine import Machine
said = []
for cpu in ({"count": 2}, {"count": 0}, {"model": "a b"}, {"cache": "all"}, {"pin": {"priority": 100}}):
    try:
        said.append(repr(msgspec.convert({"name": "web", "cpu": cpu}, Machine)))
    except msgspec.ValidationError as error:
        said.append(str(error))
text = msgspec.json.encode(msgspec.json.schema(Machine)).decode()
print(msgspec.json.encode([said, text.count('"description"')]).decode())
"""


def checked(how: str) -> Any:
    done = subprocess.run([sys.executable, "-c", CHECK, how], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_both_kinds_of_types_refuse_the_same_in_the_same_words() -> None:
    bare, noted = checked("bare"), checked("noted")

    assert bare[0] == noted[0]
    assert "$.cpu.count" in bare[0][1]
    assert noted[1] > 300 > bare[1]


PLAIN = """\
import sys
import serai.cli.start as start

def leave(code):
    from serai.spec import notes
    print(notes.Annotated is notes._Bare)
    sys.exit(0)

start.leave = leave
start.main(sys.argv[1:])
"""


@pytest.mark.parametrize(("words", "bare"), [(["status"], True), (["up"], True), (["explain", "cpu"], False)])
def test_only_a_plain_start_makes_them_without(words: list[str], bare: bool, tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *words],
        cwd=tmp_path,
        env={**os.environ, "SERAI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == str(bare)
