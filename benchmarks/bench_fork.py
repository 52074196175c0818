"""Forks: how long one takes whatever the memory's size, what many of them take, and how long many take.

SERAI_BENCH_IMAGES=tiny measures tiny alone; SERAI_BENCH_PARTS=many (or sizes) measures that part alone. What
rounds of fork and destroy leave behind is measured by bench_fork_rounds.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench_warm import ByHand
from harness import SERAI, Budget, Report, Sample, Series, bench_home, child, environment, main
from machines import write

SIZES = ("256M", "1G", "4G", "8G")
SPREAD = 1.2
"""The longest median over the shortest."""
MANY = 16
MANY_ROUNDS = int(os.environ.get("SERAI_BENCH_MANY_ROUNDS", "3"))
PART = 0.25
FACTOR = 1.3
FILE = """\
project: forks
defaults: {{image: "{image}", ready: {{within: 15m}}}}
machines: {{db: {{memory: {size}}}}}
"""
MANY_FILE = """\
project: many
defaults: {{image: "{image}", memory: 1G, ready: {{within: 15m}}}}
machines:
  db: {{autostart: false}}
  first: {{warm: true, autostart: false}}
  next: {{warm: true, autostart: false}}
"""
STOOD = re.compile(r"stood still for (\d+) ms")


def forked(root: Path, env: dict[str, str], count: int = 1) -> tuple[Sample, float]:
    """One `serai fork` to its end, and for how long the parent stood still (seconds)."""
    began = time.perf_counter()
    done = subprocess.run(
        [SERAI, "fork", "db", "--count", str(count)],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    wall = time.perf_counter() - began
    found = STOOD.search(done.stderr)
    return Sample(cpu=0.0, wall=wall), int(found[1]) / 1000 if found else 0.0


def private(root: Path, env: dict[str, str], names: str) -> int:
    """Bytes of private memory of the machines whose names begin so."""
    told = subprocess.run([SERAI, "status", "--memory", "--json"], cwd=root, env=env, stdout=-1, check=True).stdout
    machines = json.loads(told)["machines"]
    return sum(each["private"] for name, each in machines.items() if name.startswith(names))


def sizes(report: Report, base: Path, env: dict[str, str], image: str, rounds: int) -> None:
    """A fork of machines of several sizes, in turn."""
    roots = {size: write(base / f"size-{size}", FILE.format(image=image, size=size)) for size in SIZES}
    found = {size: Series(f"serai fork, {image} with {size}", []) for size in SIZES}
    still: dict[str, list[float]] = {size: [] for size in SIZES}
    try:
        for root in roots.values():
            child([SERAI, "up", "-y"], cwd=root, env=env)
        for number in range(rounds + 1):
            for size, root in roots.items():
                sample, stood = forked(root, env)
                child([SERAI, "destroy", "-y", "db-fork-*"], cwd=root, env=env)
                if number:
                    found[size].samples.append(sample)
                    still[size].append(stood)
    finally:
        for root in roots.values():
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.add(found)
    times = {size: each.median("wall") for size, each in found.items()}
    least, most = min(times.values()), max(times.values())
    what = f"a fork of {image} takes as long with {SIZES[0]} as with {SIZES[-1]}, {SPREAD} × the shortest"
    report.at_most(what, most, SPREAD * least, floor=least, unit="s")
    told = ", ".join(f"{size} {sorted(each)[len(each) // 2] * 1000:.0f} ms" for size, each in still.items())
    report.notes.append(f"the parent stood still for (median): {told}")


def many(report: Report, base: Path, env: dict[str, str], image: str) -> None:
    """Many forks at once: their private memory, beside that of one boot so many times; their time, beside the
    same number of QEMUs started by hand at once from a template of the same guest, until each lets us log in."""
    root = write(base / "many", MANY_FILE.format(image=image))
    forks, bare = Series(f"serai fork --count {MANY}, {image} with 1G", []), Series(f"{MANY} bare restores", [])
    try:
        child([SERAI, "up", "-y", "first"], cwd=root, env=env)
        child([SERAI, "up", "-y", "next"], cwd=root, env=env)
        child([SERAI, "halt", "--force", "next"], cwd=root, env=env)
        by_hand = ByHand(root)
        child([SERAI, "destroy", "-y", "first"], cwd=root, env=env)
        child([SERAI, "up", "-y", "db"], cwd=root, env=env)
        booted = private(root, env, "db")
        for number in range(MANY_ROUNDS):
            bare.samples.append(restored(by_hand, base / f"bare-{number}"))
            sample, _ = forked(root, env, MANY)
            taken = private(root, env, "db-fork-")
            forks.samples.append(sample)
            if number == 0:
                alone, _ = forked(root, env)
                report.notes.append(f"one more fork beside the {MANY}: {alone.wall:.2f} s")
            child([SERAI, "destroy", "-y", "db-fork-*"], cwd=root, env=env)
    finally:
        child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.series += [bare, forks]
    said = f"{taken / 2**20:.0f} MiB of {MANY} × {booted / 2**20:.0f} MiB, {taken / booted / MANY:.2f}"
    what = f"{MANY} forks take at most {PART} of the memory of {MANY} boots"
    report.budgets.append(Budget(what, taken <= PART * MANY * booted, said))
    floor, value = bare.median("wall"), forks.median("wall")
    what = f"{MANY} forks of {image}, {FACTOR} × as many bare restores"
    report.at_most(what, value, FACTOR * floor, floor=floor, unit="s")


def restored(by_hand: ByHand, base: Path) -> Sample:
    """Many at once; the time until the last one lets us log in. They run until then. CPU: that of the QEMUs."""
    together = threading.Barrier(MANY)

    def wake(number: int) -> Sample:
        try:
            return by_hand.wake(base / str(number), together)
        except BaseException:
            together.abort()  # nobody waits for one that does not come
            raise

    with ThreadPoolExecutor(MANY) as pool:
        each = list(pool.map(wake, range(MANY)))
    return Sample(cpu=sum(one.cpu for one in each), wall=max(one.wall for one in each))


def bench(rounds: int) -> Report:
    report = Report("serai fork (TCG)")
    images = os.environ.get("SERAI_BENCH_IMAGES", "tiny,debian:12").split(",")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        parts = os.environ.get("SERAI_BENCH_PARTS", "sizes,many").split(",")
        if "sizes" in parts:
            sizes(report, base, env, images[0], rounds)
        if "many" in parts:
            many(report, base, env, images[-1])
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
