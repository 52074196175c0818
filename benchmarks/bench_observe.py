"""Observing 1,000 `qemu` machines: all stopped, and a part of them alive with monitors that answer."""

from __future__ import annotations

import os
from functools import partial

import machines
from harness import Report, bench_home, here, interleave, main

from serai.providers.contract import State
from serai.providers.registry import provider_class

COUNT = 1000
ALIVE = 50
LIMIT = 0.5


def read_all(made: machines.Made) -> None:
    """The floor: open and read the same files, and nothing else."""
    for machine in made.project.machines.values():
        (made.directory(machine) / "machine.json").read_bytes()


def bench(rounds: int) -> Report:
    report = Report(f"observe of {COUNT} qemu machines, in this process")
    with bench_home() as base:
        os.environ["SERAI_HOME"] = str(base / "home")
        made = machines.make(base / "many", machines.counted(COUNT))
        driver = provider_class("qemu")(made.scope)
        stopped, mixed = "observe, all stopped", f"observe, {ALIVE} of them alive"
        found = interleave({"reading the files": partial(here, partial(read_all, made))}, rounds)
        expect(driver.observe(), {State.STOPPED: COUNT})
        found |= interleave({stopped: partial(here, driver.observe)}, rounds)
        with machines.living(made, list(made.project.machines.values())[:ALIVE]):
            expect(driver.observe(), {State.STOPPED: COUNT - ALIVE, State.READY: ALIVE})
            found |= interleave({mixed: partial(here, driver.observe)}, rounds)
        report.add(found)
        floor = found["reading the files"].median("wall")
        for name in (stopped, mixed):
            report.at_most(f"{name}, of {COUNT}", found[name].median("wall"), LIMIT, floor=floor, unit="ms")
    return report


def expect(observed: dict[str, object], states: dict[State, int]) -> None:
    """Raise SystemExit when what is measured is not what is said."""
    found: dict[State, int] = {}
    for seen in observed.values():
        state = seen.state  # type: ignore[attr-defined]
        found[state] = found.get(state, 0) + 1
    if found != states:
        raise SystemExit(f"observed {found}, not {states}")


if __name__ == "__main__":
    main(bench, rounds=7)
