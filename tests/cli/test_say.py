"""Lines on both streams: styles reach a terminal alone, and progress is one line there."""

from __future__ import annotations

import sys

import click
import pytest

from serai.cli.say import RED, progress, put, tinted


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_style_reaches_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = []
    for terminal, no_color in ((False, ""), (True, ""), (True, "1")):
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setenv("NO_COLOR", no_color)
        put(tinted("failed", RED), err=name == "stderr")
        captured = capsys.readouterr()
        said.append({"stdout": captured.out, "stderr": captured.err}[name])

    assert said == ["failed\n", click.style("failed", fg="red") + "\n", "failed\n"]


def test_elsewhere_each_new_phrase_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell = progress()
    for phrase in ("getting it", "downloading 1 %", "downloading 2 %", "unpacking"):
        tell(phrase)

    assert capsys.readouterr().err == "getting it\ndownloading 1 %\nunpacking\n"


def test_on_a_terminal_the_line_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell = progress()
    for phrase in ("downloading 1 %", "downloading 2 %", "unpacking"):
        tell(phrase)

    assert capsys.readouterr().err == "\r\x1b[Kdownloading 1 %\r\x1b[Kdownloading 2 %\r\x1b[Kunpacking\n"
