"""A report as a picture: SVG, one bar a variant with its spread. Text only, no library, no script inside."""

from __future__ import annotations

from html import escape
from textwrap import wrap

from serai.bench.report import Case, Report, verdict

WIDTH, LABEL, BAR, ROW, GAP = 860, 190, 360, 26, 54
"""Pixels: the picture, the names, the longest bar, a variant, the head of a case."""
TITLE, NOTE = 105, 135
"""Characters that fit into a line."""
FIRST, OTHER, WHISKER = "#8a8d90", "#2b9af3", "#151515"


def svg(report: Report) -> str:
    """The picture of a report."""
    parts: list[str] = []
    y = 46
    parts.append(_text(16, 28, f"serai bench {report.benchmark}", size=18, weight="bold"))
    parts.append(_text(WIDTH - 16, 28, "; ".join(report.host.values()), size=11, anchor="end"))
    for case in report.cases:
        drawn, y = _case(case, y)
        parts += drawn
    for note in report.notes:
        for line in wrap(note, NOTE):
            parts.append(_text(16, y + 16, line, size=11))
            y += 18
    height = y + 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" role="img">'
    )
    title = f"<title>serai bench {escape(report.benchmark)}</title>"
    ground = f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([head, title, ground, *parts, "</svg>"]) + "\n"


def _case(case: Case, y: int) -> tuple[list[str], int]:
    better = "more" if case.more_is_better else "less"
    parts = []
    for line in wrap(f"{case.name}: {case.question}", TITLE):
        parts.append(_text(16, y + 20, line, size=13, weight="bold"))
        y += 18
    if case.not_measurable:
        for line in wrap(f"not measurable here: {case.not_measurable}", NOTE):
            parts.append(_text(16, y + 20, line, size=12))
            y += 16
        return parts, y + GAP - 36
    parts.append(_text(16, y + 18, f"{case.unit}, {better} is better", size=11))
    y += GAP - 30
    scale = BAR / (max(variant.summary.high for variant in case.variants) or 1.0)
    for number, variant in enumerate(case.variants):
        summary = variant.summary
        middle = y + ROW / 2
        low, high = LABEL + summary.low * scale, LABEL + summary.high * scale
        length = max(1.0, summary.median * scale)
        colour = OTHER if number else FIRST
        parts += [
            _text(LABEL - 8, middle + 4, variant.name, size=12, anchor="end"),
            f'<rect x="{LABEL}" y="{y + 4}" width="{length:.1f}" height="{ROW - 8}" fill="{colour}"/>',
            f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 4:.1f}v8'
            f'M{high:.1f} {middle - 4:.1f}v8" stroke="{WHISKER}" fill="none"/>',
            _text(LABEL + BAR + 12, middle + 4, f"{summary.median:.4g}  {verdict(variant)}", size=12),
        ]
        y += ROW
    return parts, y + 12


def _text(x: float, y: float, text: str, *, size: int, weight: str = "normal", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
