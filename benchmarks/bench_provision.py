"""A step of shell beside a bare `ssh` on one shared connection, and 10,000 small files beside `tar | ssh tar`.

The guest is a private sshd on loopback: what is measured is serai's own part, not a guest's speed. A step is all
that `serai provision` does for one block: the script, the guest's disks brought up to date, the mark that it is
done.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from shlex import quote

from harness import Report, Sample, bench_home, here, interleave, main

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

STEP = 0.060
"""Seconds that a step may take beyond the bare ssh."""
FILES, SIZE = 10_000, 200
"""So many files of so many bytes, in directories of a hundred."""
FACTOR = 1.3


def bench(rounds: int) -> Report:
    report = Report(f"a step of shell, and {FILES} small files")
    missing = [name for name in ("sshd", "ssh", "tar") if not shutil.which(name)]
    if missing:
        report.not_measured("a step of shell", f"{', '.join(missing)} is not installed")
        report.not_measured(f"{FILES} small files", f"{', '.join(missing)} is not installed")
        return report
    report.notes.append(f"load at the start: {os.getloadavg()[0]:.1f}")
    with bench_home() as place:
        os.environ["SERAI_HOME"] = str(place / "home")
        _measure(report, place, rounds)
    return report


def _measure(report: Report, place: Path, rounds: int) -> None:
    from real_sshd import Sshd
    from serai.guest.keys import project_key
    from serai.guest.ssh import SshTransport

    key, public = project_key(place / "project")
    folder = place / "sshd"
    folder.mkdir()
    server = Sshd(folder, key, public)
    server.start()
    way = SshTransport(server.endpoint(), "web")
    try:
        way.run("true")
        _step(report, place, way, rounds)
        _files(report, place, way, max(3, rounds // 4))
    finally:
        way.close()
        server.stop()


def _step(report: Report, place: Path, way: object, rounds: int) -> None:
    from serai.guest.ssh import SshTransport
    from serai.plan.steps import Act, step
    from serai.providers.contract import Materials, Scope
    from serai.run.executor import Executor
    from serai.run.scheduler import Cancel
    from serai.run.workspace import Workspace
    from serai.spec.machine import Machine, Project
    from serai.spec.provision import Provision, Shell

    assert isinstance(way, SshTransport)
    machine = Machine(name="web", provider="fake", provision=[Provision(shell=Shell(inline="true"))])
    scope = Scope(project="shop", project_id="1", root=place, home=place / "home" / "projects" / "shop-1")
    workspace = Workspace(Project(project="shop", machines={"web": machine}), place / "serai.yaml", scope)
    workspace.driver("fake").create(machine, Materials())
    executor = Executor(workspace, emit=lambda event: None, cancel=Cancel())
    executor._ways["web"] = way
    block = step(Act.PROVISION, "web", key="shell-1")
    argv = way.argv("true")

    def bare() -> Sample:
        return here(lambda: subprocess.run(argv, check=True, capture_output=True))

    series = interleave({"bare ssh": bare, "a step": lambda: here(lambda: executor.do(block))}, rounds, warm=2)
    report.add(series)
    floor, whole = (series[name].median("wall") for name in ("bare ssh", "a step"))
    report.at_most("a step of shell beyond a bare ssh, wall", whole - floor, STEP)


def _files(report: Report, place: Path, way: object, rounds: int) -> None:
    from serai.guest.ssh import SshTransport

    assert isinstance(way, SshTransport)
    tree = place / "tree"
    for number in range(FILES):
        file = tree / f"d{number // 100}" / f"f{number}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([number % 256]) * SIZE)
    target = place / "guest"
    remote = f"mkdir -p {quote(str(target))} && tar -xf - -C {quote(str(target))}"

    def by_tar() -> Sample:
        shutil.rmtree(target, ignore_errors=True)
        return here(lambda: _piped(["tar", "-cf", "-", "-C", str(tree), "."], way.argv(remote)))

    def by_serai() -> Sample:
        shutil.rmtree(target, ignore_errors=True)
        return here(lambda: way.put(tree, str(target)))

    series = interleave({"tar | ssh tar": by_tar, "upload": by_serai}, rounds)
    report.add(series)
    floor, whole = (series[name].median("wall") for name in ("tar | ssh tar", "upload"))
    report.at_most(f"{FILES} small files, wall", whole, floor * FACTOR, floor=floor)
    found = sum(1 for path in target.rglob("*") if path.is_file())
    if found != FILES:
        report.not_measured(f"all {FILES} files are there", f"there are {found}")


def _piped(sender: list[str], taker: list[str]) -> None:
    with subprocess.Popen(sender, stdout=subprocess.PIPE) as first:
        subprocess.run(taker, stdin=first.stdout, check=True, capture_output=True)
    if first.returncode:
        raise SystemExit(f"{' '.join(sender)}: exit code {first.returncode}")


if __name__ == "__main__":
    main(bench, rounds=20)
