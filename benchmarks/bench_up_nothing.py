"""`serai up` with nothing to do: the machine runs and is ready, the file says what it already is."""

from __future__ import annotations

import os
from functools import partial

import machines
from harness import PYTHON, SERAI, Report, bench_home, child, environment, interleave, main

LIMIT = 0.250


def bench(rounds: int) -> Report:
    report = Report("serai up with nothing to do (a stand-in holds the machine and answers for QEMU)")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        one = machines.make(base / "one", machines.ONE)
        with machines.living(one, list(one.project.machines.values())):
            # Ends with 0 only when there is nothing to do: else the figures would be of something else.
            child([SERAI, "plan"], cwd=one.root, env=env, ok=(0,))
            found = interleave(
                {
                    "python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env),
                    "serai up, nothing to do": partial(child, [SERAI, "up"], cwd=one.root, env=env),
                    "serai plan, nothing to do": partial(child, [SERAI, "plan"], cwd=one.root, env=env),
                },
                rounds,
            )
        report.add(found)
        floor = found["python -c pass"].median("cpu")
        value = found["serai up, nothing to do"].median("cpu")
        report.at_most("serai up, nothing to do", value, LIMIT, floor=floor, unit="ms CPU")
    return report


if __name__ == "__main__":
    main(bench, rounds=15)
