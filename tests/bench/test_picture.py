"""A report as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from serai.bench.picture import svg
from serai.bench.report import Case, Report, case_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*cases: Case) -> ET.Element:
    return ET.fromstring(svg(Report(benchmark="disk", provider="qemu", host={"cpus": "2"}, cases=cases)))


def test_a_bar_is_as_long_as_its_median():
    root = drawn(case_of("cache", "writes", {"a": [10.0], "b": [20.0]}, unit="MiB/s"))
    widths = [float(bar.get("width", "")) for bar in root.iter(f"{SVG}rect")][1:]
    assert widths[1] == 2 * widths[0]


def test_what_a_name_holds_is_text_and_no_markup():
    root = drawn(Case(name="<script>", question="a & b", not_measurable="<none>"))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "<script>: a & b" in texts and "not measurable here: <none>" in texts


def test_it_holds_all_that_was_drawn():
    root = drawn(*(case_of(f"c{number}", "q", {"a": [1.0], "b": [2.0]}, unit="s") for number in range(5)))
    height = float(root.get("height", ""))
    assert all(float(text.get("y", "")) < height for text in root.iter(f"{SVG}text"))
