"""Planning 1,000 machines by `serai plan`: when none exists, and when all do and one key of each differs."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import machines
from harness import PYTHON, SERAI, Report, bench_home, child, environment, here, interleave, main

COUNT = 1000
LIMIT = 1.0
SOMETHING_TO_DO = (2,)


def pure(root: Path) -> object:
    """The planner alone, as a function that is given all it needs: every machine is to be made."""
    from serai.loaders.yaml import load
    from serai.plan.up import plan_up
    from serai.providers.contract import Effect, Verdict
    from serai.run.scope import scope_of
    from serai.run.verbs import provisioning_digests
    from serai.run.workspace import Workspace

    project = load(root / "serai.yaml")
    workspace = Workspace(project, root / "serai.yaml", scope_of(project.project, root))
    digests = provisioning_digests(list(project.machines.values()), workspace.scope.root)
    verdict = Verdict(Effect.RESTART)
    return partial(plan_up, project.machines, list(project.machines), {}, digests, lambda *question: verdict)


def bench(rounds: int) -> Report:
    report = Report(f"a plan of {COUNT} machines")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        new = machines.write(base / "new", machines.counted(COUNT))
        made = machines.make(base / "made", machines.counted(COUNT))
        file = made.root / "serai.yaml"
        file.write_text(file.read_text().replace("512M", "768M"))
        plan_alone = pure(new)
        found = interleave(
            {
                "python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env),
                "plan_up alone, none exists": partial(here, plan_alone),
                "serai plan, none exists": partial(child, [SERAI, "plan"], cwd=new, env=env, ok=SOMETHING_TO_DO),
                "serai plan, all exist, one key differs": partial(
                    child, [SERAI, "plan"], cwd=made.root, env=env, ok=SOMETHING_TO_DO
                ),
            },
            rounds,
        )
        report.add(found)
        floor = found["python -c pass"].median("cpu")
        for name in ("serai plan, none exists", "serai plan, all exist, one key differs"):
            report.at_most(
                f"{name}, {COUNT} machines", found[name].median("cpu"), LIMIT, floor=floor, unit="ms CPU"
            )
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
