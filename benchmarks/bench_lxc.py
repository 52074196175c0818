"""A container of LXC from its start to the first command in it, beside lxc-start and lxc-attach; status of 200.

Both sides start the same container, which serai has made: the same configuration, the same first process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from harness import SERAI, Report, Sample, Series, bench_home, child, environment, main
from machines import write

FACTOR = 1.2
COUNT = 200
WALL = 0.4
PROJECT = """\
project: bench
machines:
  box: {provider: lxc, container: {template: busybox, keep_alive: true}, networks: [{uplink: none}]}
"""


def timed(act: Callable[[], object]) -> Sample:
    """Wall time of one act, and the CPU time that it and its children took."""
    before, began = os.times(), time.perf_counter()
    act()
    wall, after = time.perf_counter() - began, os.times()
    return Sample(cpu=sum(after[:4]) - sum(before[:4]), wall=wall)


def by_hand(container: str) -> None:
    subprocess.run(["lxc-start", "-n", container, "-d"], check=True)
    subprocess.run(["lxc-attach", "-n", container, "--", "/bin/true"], check=True)


def off(container: str) -> None:
    subprocess.run(["lxc-stop", "-n", container, "-k"], check=True)


def many(base: Path, report: Report, rounds: int) -> None:
    """`serai status` of records of containers that are off, and of one that runs."""
    from serai.loaders.yaml import load
    from serai.providers.container_record import Phase
    from serai.providers.lxc.place import directory_of
    from serai.providers.lxc.record import Record, save
    from serai.run.scope import scope_of, settle

    text = (
        f"project: many\nmachines:\n  web: {{provider: lxc, count: {COUNT}, container: {{template: busybox}}}}\n"
    )
    file = write(base / "many", text) / "serai.yaml"
    project, scope = load(file), scope_of("many", base / "many")
    settle(scope, ["lxc"])
    made = [directory_of(scope, name) for name in project.machines]
    try:
        for machine, directory in zip(project.machines.values(), made, strict=True):
            directory.mkdir()
            save(
                directory,
                Record(
                    name=machine.name,
                    project=scope.project,
                    project_id=scope.project_id,
                    project_root=str(scope.root),
                    phase=Phase.MADE,
                    applied=machine,
                ),
            )
        env = environment(Path(os.environ["SERAI_HOME"]))
        samples = [child([SERAI, "status"], cwd=base / "many", env=env) for _ in range(rounds + 1)][1:]
        seen = Series(f"serai status of {COUNT} containers", samples)
        report.series.append(seen)
        report.at_most(f"serai status of {COUNT} containers that are off", seen.median("wall"), WALL)
    finally:
        for directory in made:
            shutil.rmtree(directory, ignore_errors=True)


def bench(rounds: int) -> Report:
    report = Report("a container of LXC, from its start to the first command in it")
    if os.geteuid() != 0 or not shutil.which("lxc-start"):
        report.not_measured("start to exec", "it needs root and LXC")
        return report
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        root = write(base / "box", PROJECT)
        child([SERAI, "up", "-y"], cwd=root, env=env)
        child([SERAI, "halt", "--force"], cwd=root, env=env)
        try:
            _compare(root, report, rounds)
        finally:
            child([SERAI, "destroy", "-y"], cwd=root, env=env)
        many(base, report, rounds)
    return report


def _compare(root: Path, report: Report, rounds: int) -> None:
    from bare import Options

    from serai.guest.connect import connect
    from serai.providers.lxc.place import container_name
    from serai.run.materials import Stock
    from serai.run.workspace import open_workspace

    workspace = open_workspace(Options(root / "serai.yaml"))
    driver, machine = workspace.provider("box"), workspace.project.machines["box"]
    materials = Stock(workspace).without_image(machine)
    container = container_name(workspace.scope, "box")

    def ours() -> None:
        driver.start(machine, materials)
        connect(driver.endpoint("box"), name="box").run("/bin/true")

    floor = Series("lxc-start -d, then lxc-attach -- true", [])
    mine = Series("serai: start, then a command by its way in", [])
    for number in range(rounds + 1):
        pair = timed(lambda: by_hand(container))
        off(container)
        own = timed(ours)
        driver.stop("box", budget=1, force=True)
        if number:
            floor.samples.append(pair)
            mine.samples.append(own)
    report.series += [floor, mine]
    base, value = floor.median("wall"), mine.median("wall")
    report.at_most("LXC start to exec", value, FACTOR * base, floor=base)
    report.notes.append(
        "in one process: the start of Python, which `serai up` has once, is bench_start's to measure"
    )


if __name__ == "__main__":
    main(bench, rounds=9)
