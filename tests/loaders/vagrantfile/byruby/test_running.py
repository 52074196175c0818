"""The process of a real Ruby is bounded, and whatever it does to its pipes ends in an error."""

from __future__ import annotations

import os
import time

import pytest

from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    ("text", "bounds", "message"),
    [
        ("loop {}", {"cpu": 1, "seconds": 60}, "more than 1 s of CPU time"),
        ("sleep", {"seconds": 1}, "still running after 1 s"),
        ('a = []; loop { a << "x" * 1_000_000 }', {"memory": 512 << 20}, "failed to allocate memory"),
        ('loop { puts "x" * 1000 }', {"printed": 10_000}, "prints more than 9 KiB"),
        ('File.write("/tmp/x", "x" * 100_000)', {"file": 50_000}, "File too large"),
        ("Process.kill(:KILL, $$)", {}, "the real Ruby was killed"),
    ],
)
def test_a_bound_ends_a_hostile_file(bounded, text, bounds, message):
    started = time.monotonic()
    with pytest.raises(SeraiError, match=message):
        bounded(text, **bounds)
    assert time.monotonic() - started < 30


def test_processes_are_few(bounded):
    if os.geteuid() == 0:
        pytest.skip("only for a plain user: the kernel does not bound root's processes")
    said = []
    count = 'Thread.new { sleep 1; puts Dir["/proc/[0-9]*"].size; exit! }'
    with pytest.raises(SeraiError, match="ended by itself"):
        bounded(f"{count}\nloop {{ fork {{ sleep }} }}", say=said.append, processes=20)

    assert 1 < int("".join(said)) <= 20


@pytest.mark.parametrize(
    "line",
    [
        "no json", "[1,2]", "7", '{"send": 99, "name": "box", "args": [], "block": null}',
        '{"send": 0, "name": "", "args": [], "block": null}',
        '{"changed": [["=", 77]], "environ": {}, "done": true}',
        '{"module": "File", "name": "read", "args": [["s", 0, "/etc/passwd"]], "block": null}',
        '{"send": 0, "name": "x", "args": [["q"]], "block": 3}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_forged_message_is_an_error_and_no_more(bounded, line):
    forge = "ObjectSpace.each_object(IO) { |io| io.puts(ARGV.first) if io.fileno > 2 rescue nil }; exit!"
    with pytest.raises(SeraiError, match=r"writes into the pipe|does not fit here|ended by itself"):
        bounded(f"ARGV.replace([{line!r}])\n{forge}")
