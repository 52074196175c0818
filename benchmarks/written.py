"""benchmarks/results.md: a section for each benchmark, and a table of all their budgets before them.

A section says when and on what it was measured; so some can be measured anew without the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

HEAD = """\
# Benchmark results

Written by `benchmarks/run`; [docs/benchmarks.md](../docs/benchmarks.md) says what is measured and how.

"""
_SECTION = re.compile(r"^## bench_(\w+)\.py\n\n([^\n]+)\n\n```\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_BUDGET = re.compile(r"(PASS|FAIL|NOT MEASURED)  (.*)")
BAR = r"\|"
"""In a table."""


class Section(NamedTuple):
    where: str
    """When and on what, in one line."""
    lines: tuple[str, ...]
    """The report as a person reads it (see harness.Report.lines)."""

    @property
    def rows(self) -> list[str]:
        """Of the table: the verdict; the budget and what was measured."""
        found = [_BUDGET.fullmatch(line) for line in self.lines]
        return [f"| {each[1]} | {each[2].replace('|', BAR)} |" for each in found if each]


def parse(text: str) -> dict[str, Section]:
    """The sections of results.md, by the names of their benchmarks."""
    found = _SECTION.findall(text)
    return {name: Section(where, tuple(lines.split("\n"))) for name, where, lines in found}


def text(sections: Mapping[str, Section], order: Sequence[str]) -> str:
    """results.md, its sections in this order; one of no benchmark that there is any more is left out."""
    present = [(name, sections[name]) for name in order if name in sections]
    table = ["| | budget: measured |", "|---|---|", *(row for _, each in present for row in each.rows)]
    parts = [
        "\n".join([f"## bench_{name}.py", "", each.where, "", "```", *each.lines, "```", ""])
        for name, each in present
    ]
    return HEAD + "\n".join([*table, "", *parts])
