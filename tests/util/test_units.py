"""Sizes and durations as people write them, and back."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from serai.util.units import MAX_SIZE, format_duration, format_size, human_size, parse_duration, parse_size

QUICK = settings(deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512M", 512 * 2**20),
        ("4GiB", 4 * 2**30),
        ("1K", 1024),
        ("1k", 1024),
        ("1kB", 1000),
        ("1MB", 10**6),
        ("1.5GiB", 3 * 2**29),
        ("1 TiB", 2**40),
        (" 2P ", 2**51),
        ("7B", 7),
        ("0M", 0),
    ],
)
def test_a_size(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("512", "512 has no unit: write for example 512M or 512GiB"),
        ("lots", "'lots' is not a size"),
        ("", "'' is not a size"),
        ("-1M", "'-1M' is not a size"),
        ("1iB", "'1iB' is not a size"),
        ("1e3M", "'1e3M' is not a size"),
        ("٣M", "is not a size"),
        ("8192PiB", "'8192PiB' is larger than any machine can have"),
    ],
)
def test_what_is_no_size(text, message):
    with pytest.raises(ValueError) as caught:
        parse_size(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("size", "text"), [(2**30, "1GiB"), (1536 * 2**20, "1536MiB"), (1000, "1000B"), (0, "0B"), (2**51, "2PiB")]
)
def test_a_size_is_written_in_its_largest_whole_unit(size, text):
    assert format_size(size) == text


@QUICK
@given(st.integers(0, MAX_SIZE))
def test_a_written_size_reads_back(size):
    assert parse_size(format_size(size)) == size


def test_sizes_for_people_are_rounded():
    assert [human_size(size) for size in (5, 1400, 2**30 * 1.3, 2**55)] == [
        "5 B",
        "1.4 KiB",
        "1.3 GiB",
        "32768 TiB",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5", 1.5), ("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("0.5s", 0.5), ("0", 0)],
)
def test_a_duration(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e3", "5 m", "m5", "1m1h", "1.5h", "inf", "nan"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_duration_of_more_than_a_year_is_a_mistake():
    with pytest.raises(ValueError, match="longer than a year"):
        parse_duration("9999h")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(90, "1m30s"), (0, "0s"), (300.0, "5m"), (0.5, "0.5s"), (86400, "1d"), (999999.5, "999999.5s")],
)
def test_a_duration_is_written(seconds, text):
    assert format_duration(seconds) == text


@QUICK
@given(st.floats(0, 366 * 86400))
def test_a_written_duration_reads_back(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    "text", [f"1{'0' * 400}.5G", f"1{'0' * 400}G", "9" * 5000 + "B", "8192P", f"{MAX_SIZE + 1}B"]
)
def test_a_size_that_no_machine_can_have(text):
    with pytest.raises(ValueError, match="is larger than any machine can have"):
        parse_size(text)


def test_the_largest_size_is_exact():
    assert parse_size(f"{MAX_SIZE}B") == MAX_SIZE


@pytest.mark.parametrize("text", ["9" * 400 + "d", "9" * 5000 + "h", "9" * 400])
def test_a_duration_that_no_float_holds(text):
    with pytest.raises(ValueError, match="is longer than a year"):
        parse_duration(text)
