"""Lines for programs."""

from __future__ import annotations

import pytest

from serai.cli.vagrant.lines import escaped, human, tell, words_of


def test_a_field_holds_no_comma_and_no_line_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert escaped("a, b\nc") == "a%!(VAGRANT_COMMA) b\\nc"
    tell("web", "ui", "info", "one, two")
    line = capsys.readouterr().out
    assert line.rstrip().partition(",")[2] == "web,ui,info,one%!(VAGRANT_COMMA) two"


def test_states_have_vagrant_s_words() -> None:
    assert words_of("absent") == ("not_created", "not created")
    assert words_of("ready") == ("running", "running")
    assert words_of("starting") == ("starting", "starting")


def test_columns_are_vagrant_s() -> None:
    assert human([("web", "libvirt", ("running", "running"), "")]) == [f"{'web':24}  running (libvirt)"]
