"""Lines on both streams: styles reach a terminal alone, and progress is one line there."""

from __future__ import annotations

import sys

import click
import pytest

from serai.cli.say import RED, clean, progress, put, tinted


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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain, 50 °C\twide\nnext", "plain, 50 °C\twide\nnext"),
        ("\x1b[2J\x1b[H\x1b[?25lall", "all"),
        ("\x1bcreset", "reset"),
        ("\x1b]0;a name\x07one\x1b]52;c;cm0gLXJm\x1b\\two", "onetwo"),
        ("\x1bP1;2q#0\x1b\\picture", "picture"),
        ("\x1b]never ended\nnext", "\nnext"),
        ("\x9b31mc1\x00\x07\x08\x7f", "31mc1"),
        ("\x1b", ""),
        (" 5 %\r50 %\r100 %\r\nnext\r", "100 %\nnext"),
        ("a \x1b[1;31mred\x1b[0m word", "a \x1b[1;31mred\x1b[0m word"),
        ("\x1b[8mhidden", "\x1b[8mhidden\x1b[0m"),
    ],
)
def test_what_others_wrote_has_no_power_over_the_terminal(text: str, left: str) -> None:
    assert clean(text) == left


def test_lines_and_phrases_are_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put("web  | \x1b]0;a name\x07done")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress()("downloading \x1bc1 %")

    assert capsys.readouterr() == ("web  | done\n", "\r\x1b[Kdownloading 1 %")
