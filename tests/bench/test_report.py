"""A report as lines of text."""

from __future__ import annotations

import msgspec

from serai.bench.report import Case, Report, case_of, lines, verdict

FAST = case_of(
    "cache", "writes", {"slow": [10, 11, 12, 10], "fast": [20, 22, 21, 23]}, unit="MiB/s", guide="DISK-1"
)
LOST = Case(name="vhost", question="packets", not_measurable="/dev/vhost-net is not there")
REPORT = Report(benchmark="disk", provider="qemu", host={"cpus": "2"}, notes=("under TCG",), cases=(FAST, LOST))


def test_the_first_variant_is_what_the_others_are_compared_with():
    slow, fast = FAST.variants
    assert slow.ratio is None and verdict(slow) == ""
    assert verdict(fast).startswith("2.05 × (")


def test_a_difference_that_the_samples_do_not_show_is_not_claimed():
    same = case_of("io", "writes", {"a": [10, 12, 11], "b": [11, 10, 13]}, unit="IO/s")
    assert verdict(same.variants[1]).endswith("no difference seen")


def test_what_cannot_be_measured_says_why_and_gives_no_figure():
    text = lines(REPORT)
    assert "  not measurable here: /dev/vhost-net is not there" in text
    assert LOST.variants == ()


def test_every_variant_has_its_median_its_spread_and_its_count():
    [line] = [line for line in lines(REPORT) if line.startswith("  fast")]
    assert "21.5 MiB/s" in line and "n=4" in line


def test_the_json_holds_every_sample():
    data = msgspec.json.decode(msgspec.json.encode(REPORT))
    assert data["cases"][0]["variants"][1]["samples"] == [20, 22, 21, 23]
    assert data["cases"][1]["not_measurable"] == "/dev/vhost-net is not there"
