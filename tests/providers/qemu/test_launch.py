"""What QEMU's log is taken to say, and how one that starts is spoken to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from serai.providers.qemu import launch
from serai.providers.qemu.launch import last_words
from serai.util.errors import Code, SeraiError

FAKE = """\
import socket, sys, time
listener = socket.socket(fileno=int(sys.argv[2].split("fd=")[1].split(",")[0]))
kept = []
for act in sys.argv[1].split("-"):
    link, _ = listener.accept()
    if act == "deaf":
        link.sendall(b'{"QMP": {}}\\n')
        kept.append(link)
    elif act == "close":
        link.close()
    elif act == "end":
        link.sendall(b'{"QMP": {}}\\n')
        sys.exit("it cannot be")
    elif act == "answer":
        link.sendall(b'{"QMP": {}}\\n')
        word = link.recv(4096).partition(b'"id":"')[2].partition(b'"')[0]
        link.sendall(b'{"return": {}, "id": "' + word + b'"}\\n')
        time.sleep(60)
time.sleep(60)
"""
"""A QEMU that does with each connection what it is told."""


def test_the_last_words_lose_time_and_program() -> None:
    line = "2026-11-23T15:00:00.0Z qemu-system-x86_64: -device nonsense: no such device"
    assert last_words(["something else", line]) == "-device nonsense: no such device"


def test_warnings_are_not_last_words() -> None:
    assert last_words(["qemu-system-x86_64: warning: slow"]) == ""
    assert last_words([]) == ""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "PATIENCE", 0.1)
    monkeypatch.setattr(launch, "START_BUDGET", 4.0)


def started(directory: Path, acts: str) -> None:
    """Start the fake, and end it. Raises what `spawn` raises."""
    (directory / "fake").write_text(FAKE)
    life = os.open(directory / "life", os.O_CREAT | os.O_RDWR)
    words = [sys.executable, "fake", acts, f"socket,id=qmp,path={launch.QMP},server=on,wait=off"]
    try:
        client = launch.spawn(directory, words, {"qmp": launch.QMP}, life, who="web")
    finally:
        os.close(life)
    client.close()


@pytest.mark.parametrize("acts", ["answer", "deaf-answer", "deaf-close-answer", "deaf-deaf-close-close-answer"])
def test_a_qemu_that_reads_from_no_connection_is_connected_to_anew(
    tmp_path: Path, impatient: None, acts: str
) -> None:
    started(tmp_path, acts)


def test_one_that_never_answers_is_ended_in_time(tmp_path: Path, impatient: None) -> None:
    with pytest.raises(SeraiError, match="did not send the answer to qmp_capabilities in time") as caught:
        started(tmp_path, "-".join(["deaf"] * 20))
    assert caught.value.code is Code.TIMEOUT


@pytest.mark.parametrize("acts", ["end", "deaf-end", "deaf-close-end"])
def test_one_that_ends_has_the_last_word(tmp_path: Path, impatient: None, acts: str) -> None:
    with pytest.raises(SeraiError, match="web: QEMU did not start: it cannot be"):
        started(tmp_path, acts)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (None, "glibc.malloc.hugetlb=1"),
        ("", "glibc.malloc.hugetlb=1"),
        ("glibc.malloc.check=3", "glibc.malloc.check=3:glibc.malloc.hugetlb=1"),
        ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"),
    ],
)
def test_qemu_has_huge_pages_for_its_heap_unless_somebody_chose(own: str | None, said: str) -> None:
    before = {"HOME": "/root"} | ({} if own is None else {"GLIBC_TUNABLES": own})
    assert launch.environment(before) == {"HOME": "/root", "GLIBC_TUNABLES": said}
