"""What the options before the command ask of a person, and tell."""

from __future__ import annotations

import sys

import pytest

from serai.cli.options import Options


def test_where_nobody_can_be_asked_nobody_says_yes() -> None:
    assert Options().ask("really?") is False


def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question, **_: question == "really?")
    assert Options().ask("really?") is True


def test_each_line_that_says_something_is_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Options().tell("one\n\ntwo")
    assert capsys.readouterr().err == "note  one\nnote  two\n"
