"""`serai up` from a warm template beside `vagrant up` of the same disk (vagrant-libvirt), in one run.

serai's machine is one of the provider qemu, vagrant's one of libvirt with the same hardware and seed; both are up
when a login succeeds.
"""

from __future__ import annotations

import os
from pathlib import Path

from bare_libvirt import Bare, missing
from bench_up_libvirt import hardware
from harness import SERAI, Report, Series, bench_home, child, environment, main
from machines import write
from rival_libvirt import Vagrant

PARTS = 20
IMAGES = os.environ.get("SERAI_BENCH_IMAGES", "tiny,debian:12").split(",")
MEMORY = {"tiny": "256M"}
"""Of the others 512M."""
FILE = """\
project: bench-warm
machines:
  first: {{image: "{image}", memory: {memory}, cpus: 1, warm: true, ready: {{within: 15m}}}}
  next: {{image: "{image}", memory: {memory}, cpus: 1, warm: true, autostart: false, ready: {{within: 15m}}}}
"""
LIKE = """\
project: bench-like
machines:
  vm:
    provider: libvirt
    image: "{image}"
    memory: {memory}
    cpus: 1
    ready: {{within: 15m}}
    providers: {{libvirt: {{uri: "qemu:///system"}}}}
"""


def bench(rounds: int) -> Report:
    report = Report("serai up from a warm template beside vagrant up of the same guest (TCG)")
    for image in IMAGES:
        what = f"vagrant up of {image} takes {PARTS} × as long as serai up from a template"
        if why := missing():
            report.not_measured(what, why)
            continue
        with bench_home() as base:
            mine, rival = measure(base, image, rounds)
        report.series += [rival, mine]
        least, most = mine.median("wall"), rival.median("wall")
        report.at_most(what, least, most / PARTS, floor=most, unit="s")
    return report


def measure(base: Path, image: str, rounds: int) -> tuple[Series, Series]:
    """serai's and vagrant's, in turn, after one of each."""
    mine, rival = Series(f"serai up from a template, {image}", []), Series(f"vagrant up, {image}", [])
    env = environment(base / "home")
    os.environ["SERAI_HOME"] = env["SERAI_HOME"]
    words = {"image": image, "memory": MEMORY.get(image, "512M")}
    root = write(base / "warm", FILE.format(**words))
    child([SERAI, "up", "-y"], cwd=root, env=env)
    like = Bare(write(base / "like", LIKE.format(**words)), env)
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
    return mine, rival


if __name__ == "__main__":
    main(bench, rounds=3)
