"""Flags and widths of strftime."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.std.moment import SECOND, Moment, fixed
from serai.loaders.vagrantfile.ruby.library.std.strftime import WIDEST, strftime

AT = Moment(1_577_934_245 * SECOND + 123_456_789)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("%Y-%m-%dT%H:%M:%S", "2020-01-02T03:04:05"),
        ("%-d %_d %05d %^b %#B", "2  2 00002 JAN JANUARY"),
        ("%3N %N %L", "123 123456789 123"),
        ("%12N", "123456789000"),
        ("%10A|%-l", "  Thursday|3"),
        ("%i %", "%i %"),
    ],
)
def test_a_pattern_is_filled(pattern, said):
    assert strftime(AT, pattern) == said


def test_offsets_have_widths_too():
    assert strftime(fixed(0, -3600), "%z %:z %8z %_8z") == "-0100 -01:00 -0000100     -100"


def test_no_width_takes_all_memory():
    assert len(strftime(AT, "%999999999d")) == WIDEST
