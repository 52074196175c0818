"""The careful matcher finds what `re` finds, and is not held up."""

from __future__ import annotations

import re

import pytest

from serai.loaders.vagrantfile.ruby.library.core.backtrack import Careful

PATTERNS = [
    r"(a|b)*c",
    r"(a+)(b*)(?=c)",
    r"^([a-z]+)[ ]*=[ ]*(.*?)$",
    r"(?i:ab)+",
    r"(?:(x)|(y))+",
    r"(.)\1",
    r"a{2,3}?b",
    r"(?<!a)b(?!c)",
    r"(?<=a)b",
    r"(?>a+)b",
    r"a++b",
    r"\bfoo\b",
    r"\Ba",
    r"(a)?(?(1)b|c)",
    r"(?P<n>a)(?P=n)",
    r"\Aab\Z",
    r"[^a\n]+",
    r"(?:a|ab)(?:c|bcd)(d*)",
    r"(?:)*x",
]
TEXTS = ["", "a", "aab", "abc", "ABab", "key = value\nother=1", "xyx", "aa bb", "foo bar", "cab", "abcd", "\n\nx"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_it_finds_what_re_finds(pattern, rt) -> None:
    quick, careful = re.compile(pattern, re.MULTILINE), Careful(pattern, re.MULTILINE)

    for text in TEXTS:
        found = quick.search(text)
        assert careful.search(rt, text, 0) == (None if found is None else found.regs), text


@pytest.mark.parametrize("pattern", [r"(a*)*b", r"(a|a)*b", r"(a+a+)+b", r"a*a*a*a*a*b", r"(?:a?){30}a{30}b"])
def test_what_backtracks_for_ever_ends_soon(pattern, rt) -> None:
    careful = Careful(pattern, re.MULTILINE)

    assert careful.search(rt, "a" * 2_000, 0) is None
