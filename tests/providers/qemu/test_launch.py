"""What QEMU's log is taken to say."""

from __future__ import annotations

from serai.providers.qemu.launch import last_words


def test_the_last_words_lose_time_and_program() -> None:
    line = "2026-11-23T15:00:00.0Z qemu-system-x86_64: -device nonsense: no such device"
    assert last_words(["something else", line]) == "-device nonsense: no such device"


def test_warnings_are_not_last_words() -> None:
    assert last_words(["qemu-system-x86_64: warning: slow"]) == ""
    assert last_words([]) == ""
