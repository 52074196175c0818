"""Running a program line by line."""

from __future__ import annotations

import time

import pytest

from serai.guest.stream import CHUNK, KEPT, LONGEST, stream
from serai.util.errors import Code, SeraiError


def test_streams_are_apart_without_a_listener_and_one_with_it() -> None:
    apart = stream(["sh", "-c", "echo o; echo e >&2"])
    assert (apart.stdout, apart.stderr) == (b"o\n", b"e\n")
    lines: list[str] = []
    one = stream(["sh", "-c", "echo o; echo e >&2"], on_line=lines.append)
    assert (one.stdout, one.stderr, lines) == (b"o\ne\n", b"", ["o", "e"])


def test_lines_lose_their_ends_and_the_last_needs_none() -> None:
    lines: list[str] = []
    stream(["printf", r"a\r\nb\n\n\377end"], on_line=lines.append)
    assert lines == ["a", "b", "", "\ufffdend"]


def test_a_line_that_never_ends_is_told_in_pieces() -> None:
    told: list[str] = []
    stream(["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end"], on_line=told.append)
    assert "".join(told) == "x" * 1_000_000 + "end"
    assert told[-1] == "end"
    assert max(map(len, told)) <= LONGEST + CHUNK


def test_of_what_is_told_as_it_comes_the_end_is_kept() -> None:
    count = 0

    def listen(line: str) -> None:
        nonlocal count
        count += 1

    done = stream(["sh", "-c", "yes | head -n 3000000; echo end"], on_line=listen)
    assert count == 3_000_001
    assert KEPT <= len(done.stdout) <= KEPT + CHUNK
    assert done.stdout.endswith(b"y\nend\n")


def test_much_input_and_output_at_once_do_not_block() -> None:
    data = bytes(range(256)) * 20000
    assert stream(["cat"], input=data).stdout == data


def test_a_program_that_reads_nothing_is_no_error() -> None:
    assert stream(["true"], input=b"x" * 1_000_000).code == 0


def test_it_ends_at_its_time_limit() -> None:
    began = time.monotonic()
    assert stream(["sleep", "20"], timeout=0.3).timed_out
    assert time.monotonic() - began < 15


def test_a_listener_that_raises_ends_the_program() -> None:
    def refuse(_line: str) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        stream(["sh", "-c", "echo; exec sleep 20"], on_line=refuse)
    assert time.monotonic() - began < 15


def test_a_missing_program_is_said() -> None:
    with pytest.raises(SeraiError) as failed:
        stream(["no-such-program"])
    assert failed.value.code is Code.MISSING
