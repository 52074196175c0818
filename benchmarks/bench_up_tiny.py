"""`serai up` of a `tiny` machine until SSH answers, beside the same QEMU arguments started by hand."""

from __future__ import annotations

import os
from pathlib import Path

from bare import Bare, tiny, tiny_by_hand
from harness import SERAI, Report, Sample, Series, bench_home, child, environment, main
from machines import write

FACTOR, MORE = 1.15, 0.3
"""Seconds."""


def up(root: Path, env: dict[str, str]) -> Sample:
    """From nothing to a login: key, overlay, seed, QEMU, waiting. CPU is serai's own, not the guest's."""
    sample = child([SERAI, "up", "-y"], cwd=root, env=env)
    child([SERAI, "destroy", "-y"], cwd=root, env=env)
    return sample


def compare(report: Report, count: int, rounds: int) -> tuple[Series, Series, Series]:
    """`serai up`, the floor until login, and the floor until the SSH server speaks; in turn, after one of each."""
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        by_hand = Bare(write(base / "floor", tiny_by_hand(count)), env)
        root = write(base / "up", tiny("up", count))
        machines = "1 tiny machine" if count == 1 else f"{count} tiny machines"
        floor = Series(f"QEMU by hand, {machines}, until login", [])
        spoke = Series("  the same, until the SSH server speaks", [])
        mine = Series(f"serai up, {machines}", [])
        for number in range(rounds + 1):
            sample, banner = by_hand.boot()
            ours = up(root, env)
            if number:
                floor.samples.append(sample)
                spoke.samples.append(Sample(cpu=sample.cpu, wall=banner))
                mine.samples.append(ours)
        report.series += [floor, spoke, mine]
        report.notes.append(
            "CPU: of the QEMUs where they are started by hand, of serai alone where it starts them"
        )
    return floor, spoke, mine


def bench(rounds: int) -> Report:
    report = Report("serai up of one tiny machine until SSH answers (TCG)")
    floor, spoke, mine = compare(report, 1, rounds)
    base, value = floor.median("wall"), mine.median("wall")
    report.at_most(
        f"serai up of a tiny machine, {FACTOR} × floor + {MORE} s",
        value,
        FACTOR * base + MORE,
        floor=base,
        unit="s",
    )
    report.notes.append(f"against the SSH banner alone the ratio is {value / spoke.median('wall'):.2f}")
    return report


if __name__ == "__main__":
    main(bench, rounds=9)
