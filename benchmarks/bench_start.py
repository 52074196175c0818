"""What the start of a command is made of: modules loaded and the time each package takes to import."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path

import machines
from harness import PYTHON, SERAI, Report, bench_home, child, environment, interleave, main

LINE = re.compile(r"import time: +(\d+) \| +\d+ \| +(\S+)")
SHOWN = 12
COMPLETION = {"_SERAI_COMPLETE": "bash_complete", "COMP_WORDS": "serai st", "COMP_CWORD": "1"}


def imports(argv: list[str], cwd: Path, env: dict[str, str]) -> list[str]:
    """Modules, microseconds, and the dearest packages of one run, by `-X importtime`."""
    done = subprocess.run(
        [PYTHON, "-X", "importtime", *argv], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    spent: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        if match := LINE.match(line):
            package = match[2].partition(".")[0]
            spent[package] += int(match[1])
            count[package] += 1
    total = f"{count.total()} modules, {spent.total() / 1000:.1f} ms of imports"
    rows = [f"  {package} {time / 1000:.1f} ms ({count[package]})" for package, time in spent.most_common(SHOWN)]
    return [total, *rows]


def bench(rounds: int) -> Report:
    report = Report("the start of a command")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        root = machines.make(base / "one", machines.ONE).root
        cases = {"serai --help": (["--help"], env), "serai status": (["status"], env)}
        cases["completion of `serai st`"] = ([], env | COMPLETION)
        found = interleave(
            {"python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=root, env=env)}
            | {name: partial(child, [SERAI, *words], cwd=root, env=its) for name, (words, its) in cases.items()},
            rounds,
        )
        report.add(found)
        for name, (words, its) in cases.items():
            total, *rows = imports([SERAI, *words], root, its)
            report.notes += [f"{name}: {total}", *rows]
    return report


if __name__ == "__main__":
    main(bench, rounds=10)
