"""Eight `tiny` machines at once by `serai up`, beside the eight QEMUs started by hand at once."""

from __future__ import annotations

from bench_up_tiny import compare
from harness import Report, main

COUNT = 8
FACTOR = 1.2


def bench(rounds: int) -> Report:
    report = Report(f"serai up of {COUNT} tiny machines at once (TCG)")
    floor, _, mine = compare(report, COUNT, rounds)
    base = floor.median("wall")
    report.at_most(
        f"serai up of {COUNT} tiny machines at once, {FACTOR} × floor",
        mine.median("wall"),
        FACTOR * base,
        floor=base,
        unit="s",
    )
    return report


if __name__ == "__main__":
    main(bench, rounds=2)
