"""The agent in Python survives any request, ends with its connection, and gives its lock back in silence."""

from __future__ import annotations

import ast
import fcntl
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.host.reach import agent


def frame(head: bytes, raw: bytes = b"") -> bytes:
    return b"%08x%08x" % (len(head), len(raw)) + head + raw


def served(data: bytes, close: bool = True) -> bytes:
    """All that it answers to these bytes, before the stream ends."""
    source, sink = os.pipe(), os.pipe()
    thread = threading.Thread(target=agent.serve, args=(source[0], sink[1]), daemon=True)
    thread.start()
    os.write(source[1], data)
    if close:
        os.close(source[1])
    thread.join(20)
    assert not thread.is_alive()
    os.close(sink[1])
    with os.fdopen(sink[0], "rb") as file:
        answer = file.read()
    os.close(source[0])
    return answer


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_garbage_ends_it_without_an_answer(data):
    if not data.startswith(b"0"):
        assert served(data) == b""


READ = frame(json.dumps({"do": "has", "path": "/"}).encode())


@pytest.mark.parametrize("size", range(1, len(READ)))
def test_half_a_request_is_none(size):
    assert served(READ[:size]) == b""


JSON = st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda each: st.lists(each, max_size=3))
READS = ("names", "has", "target", "entry", "read", "ask", "program", "gather", "nothing")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["names", "has", "target", "entry", "read", "ask", "program", "gather", "nothing"]), JSON, JSON
)
def test_a_request_of_the_wrong_kind_is_refused_and_the_next_is_answered(do, path, more):
    asked = {"do": do, "path": path, "question": more, "name": path, "limit": 10, "files": more, "about": path}
    answers = served(frame(json.dumps(asked).encode()) + READ)

    assert answers.endswith(frame(b'{"ok": true}'))


def test_a_size_that_is_none_of_ours_ends_it():
    assert served(b"ffffffff00000000" + bytes(100)) == b""


def test_a_lock_is_given_back_when_nobody_speaks(tmp_path, monkeypatch):
    monkeypatch.setattr(agent, "SILENCE", 0.1)
    path = tmp_path / "lock"
    served(frame(json.dumps({"do": "lock", "path": str(path), "note": "x", "tries": 1}).encode()), close=False)

    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_it_is_for_old_pythons_and_needs_nothing_else():
    tree = ast.parse(Path(agent.__file__).read_text(), feature_version=(3, 6))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert names == {"typing", "serai.host.reach.questions"}
