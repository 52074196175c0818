"""YAML of scripts: blocks as they are written by hand, and the same text again when they are read."""

from __future__ import annotations

import pytest
import yaml

from serai.loaders.dumped import dumped

SCRIPTS = {
    "plain": ("a\nb\n", "inline: |\n  a\n  b\n"),
    "no line end": ("a\nb", "inline: |-\n  a\n  b\n"),
    "a tab": ("if a\n\tb\n", "inline: |\n  if a\n  \tb\n"),
    "a tab first": ("\ta\nb\n", "inline: |\n  \ta\n  b\n"),
    "blanks at a line's end": ("a  \nb \\ \n", "inline: |\n  a  \n  b \\ \n"),
    "blanks at the end": ("a\nb  ", "inline: |-\n  a\n  b  \n"),
    "indented": ("  a\n\n  b\n", "inline: |2\n    a\n\n    b\n"),
    "a line of blanks": ("a\n   \nb\n", "inline: |\n  a\n     \n  b\n"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_a_literal_block(name):
    script, expected = SCRIPTS[name]
    text = dumped({"inline": script})

    assert text == expected
    assert yaml.safe_load(text) == {"inline": script}


@pytest.mark.parametrize(
    "text", ["one line\t", "a\n\x07\t\nb \n", "a\n\ue000\t\nb", "\n", "   \n", "\t", "a\r\n\tb \n"]
)
def test_any_other_text_comes_back_the_same(text):
    assert yaml.safe_load(dumped({"inline": text, "list": [text]})) == {"inline": text, "list": [text]}
