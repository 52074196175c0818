"""What is no Ruby is said with its place; size is bounded."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.parse import SIZE_LIMIT, parse
from serai.util.errors import SeraiError

FAULTS = {
    "if true\n  x = 1\n": "Vagrantfile:",
    "x = (1 + 2\n": "Vagrantfile:1:",
    "x = [1, 2\ny = 3\n": "Vagrantfile:",
    'config.vm.box = "a\n': "Vagrantfile:1:",
    "x = = 1\n": "Vagrantfile:1:",
    "def f(\n": "Vagrantfile:1:",
    "a b: }\n": "Vagrantfile:1:",
}


@pytest.mark.parametrize("text", FAULTS)
def test_the_place_of_a_fault_is_named(text):
    with pytest.raises(SeraiError) as caught:
        parse(text.encode(), "Vagrantfile")

    assert str(caught.value).startswith(FAULTS[text])
    assert "ruby -c Vagrantfile" in caught.value.hint


def test_what_is_left_open_is_named():
    with pytest.raises(SeraiError, match=r"^Vagrantfile:1:13: 'do' has no 'end'"):
        parse(b"[1, 2].each do |x|\n  y\n", "Vagrantfile")
    with pytest.raises(SeraiError, match=r"^Vagrantfile:2:5: '{' has no '}'"):
        parse(b"\nx = {a: 1\ny = 2\n", "Vagrantfile")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('x = "a\n', "the string"),
        ("x = 'a\n", "the string"),
        ("x = `a\n", "the command"),
        ("y = /a\n", "the regular"),
    ],
)
def test_a_text_that_does_not_end_is_said_in_words(text, what):
    with pytest.raises(SeraiError, match=rf"^Vagrantfile:1:5: {what}.* that begins here has no end"):
        parse(text.encode(), "Vagrantfile")


def test_a_file_that_is_too_large_or_not_text_is_refused():
    with pytest.raises(SeraiError, match="more than the 1048576"):
        parse(b"#" * (SIZE_LIMIT + 1), "Vagrantfile")
    with pytest.raises(SeraiError, match="Vagrantfile:2:1: not UTF-8"):
        parse(b"x = 1\ny = '\xff'", "Vagrantfile")
