"""Following a log."""

from __future__ import annotations

import threading
from pathlib import Path

from serai.run.follow import follow, last


def test_the_last_lines_as_they_are(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last(log, 5) == b""
    log.write_bytes(b"1\r\n2\n3")
    assert last(log, 2) == b"2\n3"
    assert last(log, 0) == b""
    assert last(log, -1) == b"1\r\n2\n3"


def test_what_comes_later_is_given_also_after_a_new_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old and long\n")
    threading.Timer(0.2, lambda: log.open("a").write("new\n")).start()
    threading.Timer(0.8, lambda: log.write_text("again\n")).start()
    assert b"".join(follow(log, budget=1.2)) == b"new\nagain\n"
