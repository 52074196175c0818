"""`serai inventory` of 1,000 machines that run: all as JSON, one of them, and as a file of INI.

Each with groups and variables of an ansible block, beside a bare interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import partial
from pathlib import Path

import machines
from harness import PYTHON, SERAI, Report, bench_home, child, environment, interleave, main

COUNT = 1000
LIMIT = 0.300
CASES = {
    "serai inventory": ["inventory"],
    "serai inventory --ini": ["inventory", "--ini"],
    "serai inventory --host web-7": ["inventory", "--host", "web-7"],
}
BLOCK = """\
      - ansible:
          playbook: ../site.yml
          groups: {{shop: ["web-[1:{count}]"], "shop:vars": {{port: 80}}, "all:children": [shop]}}
          host_vars: {{web-7: {{role: first}}}}
"""


def project() -> str:
    return machines.counted(COUNT) + BLOCK.format(count=COUNT)


def expect(root: Path, env: dict[str, str]) -> None:
    """Raise SystemExit when what is measured is not what is said."""
    done = subprocess.run([SERAI, "inventory"], cwd=root, env=env, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    counted = (len(found["_meta"]["hostvars"]), len(found["shop"]["hosts"]))
    if counted != (COUNT, COUNT) or found["_meta"]["hostvars"]["web-7"]["role"] != "first":
        raise SystemExit(f"the inventory has {counted} machines, not {COUNT}: {done.stderr[:300]}")


def bench(rounds: int) -> Report:
    report = Report(f"the inventory of {COUNT} machines that run")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        (base / "site.yml").write_text("[]\n")
        made = machines.make(base / "many", project())
        with machines.living(made, list(made.project.machines.values())):
            expect(made.root, env)
            cases = {"python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env)}
            for name, words in CASES.items():
                cases[name] = partial(child, [SERAI, *words], cwd=made.root, env=env)
            found = interleave(cases, rounds)
        report.add(found)
        floor = found["python -c pass"].median("cpu")
        for name in CASES:
            report.at_most(
                f"{name}, {COUNT} machines", found[name].median("cpu"), LIMIT, floor=floor, unit="ms CPU"
            )
    return report


if __name__ == "__main__":
    main(bench, rounds=9)
