"""`serai up` on libvirt until SSH answers, beside `vagrant up` of the same disk, and beside `virsh start`."""

from __future__ import annotations

import os
from pathlib import Path

from bare_libvirt import Bare, missing
from harness import SERAI, Report, Sample, Series, bench_home, child, environment, main
from machines import write
from rival_libvirt import Vagrant

PART_OF_TIME = 0.7
PARTS_OF_CPU = 4
FACTOR, MORE = 1.15, 1.0
"""Seconds: libvirt takes some to reserve an address, since it lays its firewall rules anew for that."""

PROJECT = """\
project: {project}
machines:
  vm:
    provider: libvirt
    image: tiny
    memory: 256M
    cpus: 1
    providers: {{libvirt: {{uri: "qemu:///system"}}}}
"""


def up(root: Path, env: dict[str, str]) -> Sample:
    sample = child([SERAI, "up", "-y"], cwd=root, env=env)
    child([SERAI, "destroy", "-y"], cwd=root, env=env)
    return sample


def measure(base: Path, rounds: int) -> tuple[Series, Series, Series]:
    """`serai up`, `vagrant up`, the floor; in turn, after one of each. The image is in the pool for all three."""
    env = environment(base / "home")
    os.environ["SERAI_HOME"] = env["SERAI_HOME"]
    mine = Series("serai up", [])
    rival = Series("vagrant up", [])
    floor = Series("virsh start, until login", [])
    root = write(base / "up", PROJECT.format(project="bench-up"))
    by_hand = Bare(write(base / "floor", PROJECT.format(project="bench-floor")), env)
    kind, cpu = hardware(by_hand)
    vagrant = Vagrant(base / "vagrant", by_hand, kind, cpu)
    try:
        for number in range(rounds + 1):
            for series, act in ((floor, by_hand.boot), (mine, lambda: up(root, env)), (rival, vagrant.up)):
                sample = act()
                if number:
                    series.samples.append(sample)
    finally:
        vagrant.remove()
        by_hand.remove()
    return mine, rival, floor


def hardware(machine: Bare) -> tuple[str, str]:
    """Type and CPU mode of the domain that serai defined: vagrant's guest gets the same."""
    from xml.etree import ElementTree

    from serai.providers.libvirt import ledger

    tree = ElementTree.fromstring(ledger.defined(machine.workspace.scope, machine.machine.name) or "")
    cpu = tree.find("cpu")
    return tree.get("type", "qemu"), "" if cpu is None else cpu.get("mode", "")


def bench(rounds: int) -> Report:
    report = Report("serai up and vagrant up of one tiny machine on libvirt until SSH answers")
    promises = ("until SSH, beside vagrant up", "CPU beside vagrant up", "until SSH, beside virsh start")
    if why := missing():
        for promise in promises:
            report.not_measured(f"serai up on libvirt, {promise}", why)
        return report
    with bench_home() as base:
        mine, rival, floor = measure(base, rounds)
    report.series += [rival, mine, floor]
    report.notes.append("CPU is the tool's own: libvirtd and the guests are the same for all")
    ours, theirs, least = (each.median("wall") for each in (mine, rival, floor))
    names = [f"serai up on libvirt, {promise}" for promise in promises]
    report.at_most(f"{names[0]}, {PART_OF_TIME} ×", ours, PART_OF_TIME * theirs, floor=theirs, unit="s")
    report.at_most_part(names[1], mine.median("cpu"), rival.median("cpu"), PARTS_OF_CPU)
    report.at_most(f"{names[2]}, {FACTOR} × and {MORE} s", ours, FACTOR * least + MORE, floor=least, unit="s")
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
