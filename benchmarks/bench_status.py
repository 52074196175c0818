"""`serai status` of one and of a hundred machines: CPU beside a bare interpreter and beside `vagrant status`.

Of a project file whose machines are made, and of the Vagrantfile that vagrant reads in the same rounds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import machines
from harness import PYTHON, SERAI, Report, Sample, Series, bench_home, child, environment, interleave, main

ABOVE_START = 0.100
HUNDRED = 0.300
PART_OF_ONE, PART_OF_HUNDRED = 8, 40
VAGRANT_ROUNDS = {1: 5, 100: 2}
"""`vagrant status` of a hundred machines takes some twelve seconds of CPU."""

VAGRANTFILE = """\
Vagrant.configure("2") do |config|
  {loop} do |name|
    config.vm.define name do |machine|
      machine.vm.box = "debian/bookworm64"
      machine.vm.network "forwarded_port", guest: 80, host: 8080, auto_correct: true
      machine.vm.provider(:libvirt) {{ |domain| domain.memory = 512; domain.cpus = 2 }}
      machine.vm.provision "shell", inline: "echo hello > /srv/index.html"
    end
  end
end
"""


def status(root: Path, env: dict[str, str]) -> Callable[[], Sample]:
    return partial(child, [SERAI, "status"], cwd=root, env=env)


def vagrant(root: Path, count: int) -> Callable[[], Sample]:
    """`vagrant status` of as many machines, none of them created."""
    root.mkdir()
    names = '["web"].each' if count == 1 else f'(1..{count}).map {{ |i| "web-#{{i}}" }}.each'
    (root / "Vagrantfile").write_text(VAGRANTFILE.format(loop=names))
    env = {
        **os.environ,
        "VAGRANT_HOME": str(root / "home"),
        "VAGRANT_DEFAULT_PROVIDER": "libvirt",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
    }
    return partial(child, ["vagrant", "status"], cwd=root, env=env)


def bench(rounds: int) -> Report:
    report = Report("serai status (machines made and stopped; vagrant's not created)")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        one = machines.make(base / "one", machines.ONE)
        many = machines.make(base / "many", machines.counted(100))
        bare = partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env)
        found = interleave(
            {
                "python -c pass": bare,
                "serai status, 1 machine": status(one.root, env),
                "serai status, 100 machines": status(many.root, env),
            },
            rounds,
        )
        with machines.living(one, list(one.project.machines.values())):
            found |= interleave({"serai status, 1 that runs": status(one.root, env)}, rounds)
        report.add(found)
        floor = found["python -c pass"].median("cpu")
        for name in ("serai status, 1 machine", "serai status, 1 that runs"):
            above = found[name].median("cpu") - floor
            report.at_most(f"{name}, above a bare interpreter", above, ABOVE_START, floor=floor, unit="ms CPU")
        hundred = found["serai status, 100 machines"].median("cpu")
        report.at_most("serai status, 100 machines", hundred, HUNDRED, floor=floor, unit="ms CPU")
        beside_vagrant(report, base, one.root, many.root, env)
    return report


def beside_vagrant(report: Report, base: Path, one: Path, many: Path, env: dict[str, str]) -> None:
    """Both programs in turn, in the same rounds."""
    for count, root, parts in ((1, one, PART_OF_ONE), (100, many, PART_OF_HUNDRED)):
        what = f"serai status beside vagrant status, {count} machine{'s' if count > 1 else ''}"
        if shutil.which("vagrant") is None:
            report.not_measured(what, "vagrant is not installed")
            continue
        rival, mine = f"vagrant status, {count}", f"serai status, {count}, in the same rounds"
        same, theirs = f"serai status of that Vagrantfile, {count}", base / f"vagrant-{count}"
        asking = vagrant(theirs, count)
        asking()  # its own directory comes with it: once, a Vagrantfile beside it has to be read in again
        first = Series(f"the first one of that Vagrantfile, {count}", [status(theirs, env)()])
        found: dict[str, Series] = interleave(
            {rival: asking, mine: status(root, env), same: status(theirs, env)},
            VAGRANT_ROUNDS[count],
            warm=1 if count == 1 else 0,
        )
        report.add(found)
        report.series.append(first)
        report.at_most_part(what, found[mine].median("cpu"), found[rival].median("cpu"), parts)
        if count > 1:
            what = f"serai status of vagrant's own Vagrantfile, {count} machines"
            report.at_most_part(what, found[same].median("cpu"), found[rival].median("cpu"), parts)


if __name__ == "__main__":
    main(bench, rounds=15)
