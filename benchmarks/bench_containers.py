"""`serai up` of 20 containers beside a shell loop of 20 `docker run`, and `serai status` of 500 that are off.

Both sides make the same containers on a dockerd of the benchmark's own, and remove them again.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from harness import SERAI, Report, Series, bench_home, child, environment, main
from machines import write

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

COUNT, MANY = 20, 500
FACTOR = 0.6
WALL = 0.4
CONTAINER = "provider: docker, image: 'small:1', container: {cmd: sleep 1000, stop_timeout: 0}"
PROJECT = "project: {name}\nmachines:\n  web: {{{container}, count: {count}}}\n"
LOOP = f"for i in $(seq {COUNT}); do docker run -d --name loop-$i small:1 sleep 1000; done"
EMPTY = "docker rm -f $(docker ps -aq)"


def bench(rounds: int) -> Report:
    report = Report(f"{COUNT} containers of docker")
    missing = [name for name in ("dockerd", "docker", "busybox") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        report.not_measured("up of containers", f"it needs root and {', '.join(missing) or 'nothing else'}")
        return report
    from real_engines import Dockerd, with_image

    daemon = Dockerd(Path(tempfile.mkdtemp(prefix="serai-bench-dockerd-", dir="/tmp")))
    (daemon.directory / "daemon.json").write_text("{}")
    try:
        daemon.start()
        with_image(daemon)
        with bench_home() as base:
            env = environment(base / "home") | {"DOCKER_HOST": daemon.host, "DOCKER_CONFIG": str(base / "config")}
            _up(base, env, report, rounds)
            _status(base, env, report, rounds)
    finally:
        daemon.remove()
    return report


def _up(base: Path, env: dict[str, str], report: Report, rounds: int) -> None:
    root = write(base / "up", PROJECT.format(name="bench", container=CONTAINER, count=COUNT))
    loop, ours = Series(f"a loop of {COUNT} docker run", []), Series(f"serai up of {COUNT}", [])
    for number in range(rounds + 1):
        by_loop = child(["sh", "-c", LOOP], cwd=root, env=env)
        child(["sh", "-c", EMPTY], cwd=root, env=env)
        by_serai = child([SERAI, "up"], cwd=root, env=env)
        child([SERAI, "destroy", "-y"], cwd=root, env=env)
        if number:
            loop.samples.append(by_loop)
            ours.samples.append(by_serai)
    report.series += [loop, ours]
    floor, value = loop.median("wall"), ours.median("wall")
    report.at_most(f"serai up of {COUNT} containers", value, FACTOR * floor, floor=floor)


def _status(base: Path, env: dict[str, str], report: Report, rounds: int) -> None:
    """The containers are made and not started: one call lists both kinds."""
    root = write(base / "status", PROJECT.format(name="many", container=CONTAINER, count=MANY))
    os.environ |= {key: env[key] for key in ("SERAI_HOME", "DOCKER_HOST", "DOCKER_CONFIG")}
    from bare import Options

    from serai.providers.contract import Materials
    from serai.run.scope import settle
    from serai.run.workspace import open_workspace

    workspace = open_workspace(Options(root / "serai.yaml"))
    settle(workspace.scope, ["docker"])
    driver = workspace.driver("docker")
    for machine in workspace.project.machines.values():
        driver.create(machine, Materials())
    ask = partial(child, [SERAI, "status"], cwd=root, env=env)
    samples = [ask() for _ in range(rounds + 1)][1:]
    seen = Series(f"serai status of {MANY} containers", samples)
    report.series.append(seen)
    report.at_most(f"serai status of {MANY} containers that are off", seen.median("wall"), WALL)


if __name__ == "__main__":
    main(bench, rounds=5)
