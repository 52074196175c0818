"""YAML of scripts: blocks as they are written by hand, and the same text again when they are read."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.loaders.dumped import dumped
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems

SCRIPTS = {
    "plain": ("a\nb\n", "inline: |\n  a\n  b\n"),
    "no line end": ("a\nb", "inline: |-\n  a\n  b\n"),
    "a tab": ("if a\n\tb\n", "inline: |\n  if a\n  \tb\n"),
    "a tab first": ("\ta\nb\n", "inline: |2\n  \ta\n  b\n"),
    "blanks at a line's end": ("a  \nb \\ \n", "inline: |\n  a  \n  b \\ \n"),
    "blanks at the end": ("a\nb  ", "inline: |-\n  a\n  b  \n"),
    "indented": ("  a\n\n  b\n", "inline: |2\n    a\n\n    b\n"),
    "empty lines at the end": ("a\nb\n\n", "inline: |+\n  a\n  b\n\n"),
    "an empty line, and a tab first": ("\n\ta\nb\n", "inline: |2\n\n  \ta\n  b\n"),
    "a line of blanks first": (" \na\n", "inline: |2\n   \n  a\n"),
    "a line of blanks": ("a\n   \nb\n", "inline: |\n  a\n     \n  b\n"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_a_literal_block(name):
    script, expected = SCRIPTS[name]
    text = dumped({"inline": script})

    assert text == expected
    assert yaml.safe_load(text) == {"inline": script}
    assert yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == {"inline": script}


@pytest.mark.parametrize(
    "text",
    ["one line\t", "a\n\x07\t\nb \n", "a\n\ue000\t\nb", "\n", "   \n", "\t", "a\r\n\tb \n", "\t\n\n", "\t\t a\n"],
)
def test_any_other_text_comes_back_the_same(text):
    written = dumped({"inline": text, "list": [text]})
    assert yaml.load(written, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == {"inline": text, "list": [text]}


@given(st.text(alphabet="ab#: -'\"\n \t\\|", max_size=16))
@settings(max_examples=300, deadline=None)
def test_scripts_of_any_shape_come_back_the_same(text):
    data = {"steps": [{"inline": text, "next": 1}], "last": text}

    assert yaml.load(dumped(data), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == data


@pytest.mark.parametrize(
    "text", ["089", "08901", "1e3", "12e5", "0o17", "1.", "-.5", "true", "~", "1_000", "on", "1:30"]
)
def test_a_text_that_looks_like_something_else_is_a_text_when_serai_reads_it(text):
    data = {"facts": {"a": text, "b": [text]}}

    assert plain(parse(dumped(data), Problems("f"))) == data


def test_a_number_stays_a_number():
    assert dumped({"a": 89, "b": 1.5, "c": "89a"}) == "a: 89\nb: 1.5\nc: 89a\n"
