"""Ruby's patterns as `re`'s: what is special, and what is refused."""

from __future__ import annotations

import re

import pytest

from serai.loaders.vagrantfile.ruby.library.core.pattern import NotTranslated, Wrong, translated


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^a", "b\na", 2),
        (r"a$", "a\nb", 0),
        (r"\Aa\z", "a\n", None),
        (r"\Aa\Z", "a\n", 0),
        (r".", "\n", None),
        (r"(?m:.)", "\n", 0),
        (r"a(?i)b|C", "ac", 0),
        (r"(?x: a  b # c" + "\n)", "ab", 0),
        (r"(?<one>.)\k<one>", "xaa", 1),
        (r"(?:a{2}){2}", "aaaa", 0),
        (r"(?<=ab|c)d", "cd", 1),
        (r"(?<!ab|c)d", "cd", None),
        (r"a{2}+", "aaaa", 0),
        (r"\/\-\_", "/-_", 0),
        (r"\u{e9}", "é", 0),
        (r"\cA", "\x01", 0),
        (r"\101", "A", 0),
    ],
)
def test_it_matches_where_rubys_does(pattern, text, found):
    match = re.compile(translated(pattern, ""), re.MULTILINE).search(text)

    assert (None if match is None else match.start()) == found


def test_a_line_does_not_begin_after_the_last_line_end():
    starts = [match.start() for match in re.finditer(translated("^", ""), "a\nb\n", re.MULTILINE)]

    assert starts == [0, 2]


def test_groups_without_a_name_do_not_count_beside_those_with_one():
    assert re.compile(translated("(a)(?<n>b)", "")).groups == 1


@pytest.mark.parametrize("pattern", ["(a", "a)", "*a", "+", "\\", "(?<n>a)\\1", "(?z)"])
def test_what_ruby_refuses_is_refused(pattern):
    with pytest.raises(Wrong):
        translated(pattern, "")


@pytest.mark.parametrize(
    "pattern", [r"\Gx", r"a\Kb", r"\X", r"(?<a>x)\g<a>", "(?~abc)", "(?a)x", "(" * 300 + ")" * 300]
)
def test_what_is_not_done_is_named(pattern):
    with pytest.raises(NotTranslated):
        translated(pattern, "")
