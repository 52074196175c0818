"""What a shell answers is taken apart here; garbage is one error of ours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from far import explain
from serai.host.reach.by_shell import ShellRemote, _grepped, _listed, escaped
from serai.host.reach.remote import ANSWERS, SURVEY
from serai.host.reach.wire import Wire
from serai.util.errors import SeraiError
from serai.util.process import run


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80).filter(lambda data: b"\r" not in data))
def test_what_is_escaped_is_read_back_by_the_shell(data):
    said = run(["sh", "-c", 'printf %b "$1" | od -An -v -tx1', "sh", escaped(data)]).stdout

    assert bytes.fromhex("".join(said.split())) == data


def test_directories_are_told_apart():
    assert _listed(b"/a\0x\0y\0\0/b\0\0") == {"/a": ["x", "y"], "/b": []}
    assert _listed(b"") == {}


def test_lines_are_given_to_their_files():
    head = b"/a:b\0/empty\0/c\0/binary\0/proc/x\0\0 7 /a:b\n0 /empty\n1 /c\n9 /binary\n0 /proc/x\n17 total\n\0"
    lines = b"/a:b:1\n/a:b:/c:2\n/c:3\n/binary:1\n/proc/x:5\n"

    assert _grepped(head + lines) == {"/a:b": b"1\n/c:2\n", "/c": b"3", "/proc/x": b"5\n"}
    assert _grepped(b"\0\0") == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_garbage_is_an_error_of_ours(tmp_path, data):
    (tmp_path / "answer").write_bytes(data)
    reach = ShellRemote("there", Wire(["sh", "-c", f"cat {tmp_path}/answer; exec >&-; cat >/dev/null"]), explain)
    with pytest.raises(SeraiError):
        reach.read("/x")
    reach.close()


def test_a_code_that_is_no_number_makes_no_sense():
    script = 'read token; printf "\\n%s what\\n" "$token"; cat >/dev/null'
    reach = ShellRemote("there", Wire(["sh", "-c", script]), explain)
    with pytest.raises(SeraiError, match="its answer makes no sense"):
        reach.has("/x")


class Patient(Wire):
    """Notes how long each answer is waited for."""

    def __init__(self, argv) -> None:
        super().__init__(argv)
        self.waits: list[float] = []

    def until(self, mark: bytes, limit: int, budget: float) -> bytes:
        self.waits.append(budget)
        return super().until(mark, limit, budget)


def test_what_reads_a_whole_host_may_take_minutes_and_a_single_question_may_not():
    wire = Patient(["sh", "-c", 'read token; while read line; do printf "\\n%s 0\\n" "$token"; done'])
    reach = ShellRemote("there", wire, explain)
    reach.gather(["/etc/*"], ["/etc"], [], [])
    surveyed = len(wire.waits)
    reach.has("/etc")
    reach.close()

    assert set(wire.waits[:surveyed]) == {SURVEY}
    assert set(wire.waits[surveyed:]) == {ANSWERS}
