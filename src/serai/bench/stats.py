"""Medians, spreads and ratios of few samples: what can be said of them, and what not."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

import msgspec

RESAMPLES = 2000
"""Of the bootstrap; more change the third digit of an interval."""


class Summary(msgspec.Struct, frozen=True):
    """Samples in one line: the median, and the quartiles as the spread. Units as given."""

    count: int
    median: float
    low: float
    high: float


class Ratio(msgspec.Struct, frozen=True):
    """How a variant compares: `value` > 1 is better. `low` and `high` hold 95 of 100 resamplings (bootstrap)."""

    value: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """Whether the samples show a difference at all."""
        return not self.low <= 1 <= self.high


def summarize(samples: Sequence[float]) -> Summary:
    """The median with its quartiles; of fewer than four samples the least and the greatest."""
    ordered = sorted(samples)
    if len(ordered) < 4:
        low, high = ordered[0], ordered[-1]
    else:
        low, _, high = statistics.quantiles(ordered, n=4, method="inclusive")
    return Summary(len(ordered), statistics.median(ordered), low, high)


def ratio(variant: Sequence[float], baseline: Sequence[float], *, more_is_better: bool) -> Ratio:
    """Medians compared so that more than 1 is better, with a percentile bootstrap of both sides.

    The seed is fixed: the same samples give the same interval. Source: Efron, Tibshirani, An Introduction to the
    Bootstrap (1993), chapter 13.
    """
    draw = random.Random(len(variant) * 1009 + len(baseline))

    def compared(mine: Sequence[float], theirs: Sequence[float]) -> float:
        ours, other = statistics.median(mine), statistics.median(theirs)
        over, under = (ours, other) if more_is_better else (other, ours)
        return over / under if under else float("inf")

    found = sorted(
        compared(draw.choices(variant, k=len(variant)), draw.choices(baseline, k=len(baseline)))
        for _ in range(RESAMPLES)
    )
    return Ratio(compared(variant, baseline), found[RESAMPLES // 40], found[-RESAMPLES // 40])
