"""`serai up` from a warm template beside `vagrant up` of the same disk (vagrant-libvirt), in one run.

serai's machine is one of the provider qemu, vagrant's one of libvirt with the same hardware and seed; both are up
when a login succeeds.
"""

from __future__ import annotations

import os

from bare_libvirt import Bare, missing
from bench_up_libvirt import PROJECT, hardware
from harness import SERAI, Report, Series, bench_home, child, environment, main
from machines import write
from rival_libvirt import Vagrant

PARTS = 20
FILE = """\
project: bench-warm
machines:
  first: {image: tiny, memory: 256M, cpus: 1, warm: true}
  next: {image: tiny, memory: 256M, cpus: 1, warm: true, autostart: false}
"""


def bench(rounds: int) -> Report:
    report = Report("serai up from a warm template beside vagrant up of the same guest (TCG)")
    what = f"vagrant up takes {PARTS} × as long as serai up from a template"
    if why := missing():
        report.not_measured(what, why)
        return report
    mine, rival = Series("serai up from a template", []), Series("vagrant up", [])
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        root = write(base / "warm", FILE)
        child([SERAI, "up", "-y"], cwd=root, env=env)
        like = Bare(write(base / "like", PROJECT.format(project="bench-like")), env)
        vagrant = Vagrant(base / "vagrant", like, *hardware(like))
        try:
            for number in range(rounds + 1):
                ours = child([SERAI, "up", "-y", "next"], cwd=root, env=env)
                child([SERAI, "destroy", "-y", "next"], cwd=root, env=env)
                theirs = vagrant.up()
                if number:
                    mine.samples.append(ours)
                    rival.samples.append(theirs)
        finally:
            vagrant.remove()
            like.remove()
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.series += [rival, mine]
    least, most = mine.median("wall"), rival.median("wall")
    report.at_most(what, least, most / PARTS, floor=most, unit="s")
    return report


if __name__ == "__main__":
    main(bench, rounds=3)
