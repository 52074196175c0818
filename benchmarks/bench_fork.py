"""Forks: how long one takes whatever the memory's size, what many of them take, and what rounds leave behind.

SERAI_BENCH_IMAGES=tiny measures tiny alone; SERAI_BENCH_ROUNDS sets the number of create-fork-destroy rounds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path

from harness import SERAI, Budget, Report, Sample, Series, bench_home, child, environment, main
from machines import write

SIZES = ("256M", "1G", "4G", "8G")
MOST_SECONDS = float(os.environ.get("SERAI_BENCH_SECONDS", "36000"))
"""After which no further round of fork and destroy is begun."""
MOST_GROWN = 16 << 20
"""Bytes that the parent's own memory may grow by while it goes on: its guest works, and QEMU translates."""
SPREAD = 1.2
"""The longest median over the shortest."""
MANY = 16
PART = 0.25
FILE = """\
project: forks
defaults: {{image: "{image}", ready: {{within: 15m}}}}
machines: {{db: {{memory: {size}}}}}
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
    """The private memory of many forks, beside that of one boot so many times."""
    root = write(base / "many", FILE.format(image=image, size="1G"))
    try:
        child([SERAI, "up", "-y"], cwd=root, env=env)
        booted = private(root, env, "db")
        sample, _ = forked(root, env, MANY)
        taken = private(root, env, "db-fork-")
        alone, _ = forked(root, env)
    finally:
        child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    report.series.append(Series(f"serai fork --count {MANY}, {image} with 1G", [sample]))
    said = f"{taken / 2**20:.0f} MiB of {MANY} × {booted / 2**20:.0f} MiB, {taken / booted / MANY:.2f}"
    report.budgets.append(
        _judged(f"{MANY} forks take at most {PART} of the memory of {MANY} boots", taken, booted, said)
    )
    report.notes.append(f"one more fork beside the {MANY}: {alone.wall:.2f} s")


def _judged(what: str, taken: int, booted: int, said: str) -> object:

    return Budget(what, taken <= PART * MANY * booted, said)


def again(report: Report, base: Path, env: dict[str, str], rounds: int) -> None:
    """Rounds of fork and destroy; nothing may be left of them."""
    root = write(base / "rounds", FILE.format(image="tiny", size="128M"))
    done = 0
    try:
        child([SERAI, "up", "-y"], cwd=root, env=env)
        child([SERAI, "fork", "db"], cwd=root, env=env)
        child([SERAI, "destroy", "-y", "db-fork-1"], cwd=root, env=env)
        before, room = _left(base), private(root, env, "db")
        began = time.perf_counter()
        for _ in range(rounds):
            child([SERAI, "fork", "db"], cwd=root, env=env)
            child([SERAI, "destroy", "-y", "db-fork-1"], cwd=root, env=env)
            done += 1
            if time.perf_counter() - began > MOST_SECONDS:
                break
        took = time.perf_counter() - began
        after, grown = _left(base), private(root, env, "db") - room
    finally:
        child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    nothing = all(after[what] <= before[what] for what in before) and grown <= MOST_GROWN
    told = ", ".join(f"{what} {before[what]} -> {after[what]}" for what in before)
    said = f"{told}, the parent's private memory {grown / 2**20:+.0f} MiB; {took / done:.2f} s a round"
    report.budgets.append(Budget(f"{done} rounds of fork and destroy leave nothing", nothing, said))


def _left(base: Path) -> dict[str, int]:
    """Files below the home, processes that work there and their open files, shared memory of this host.

    Connections of ssh that are still open for a minute are left out.
    """
    machines = 0
    opened = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "cwd").readlink().is_relative_to(base) and (path / "comm").read_text() != "ssh\n":
                machines += 1
                opened += len(list((path / "fd").iterdir()))
        except OSError:
            continue
    files = sum(1 for path in (base / "home").rglob("*") if path.is_file() and "images" not in path.parts)
    return {
        "files": files,
        "processes": machines,
        "open files": opened,
        "/dev/shm": len(list(Path("/dev/shm").iterdir())),
    }


def bench(rounds: int) -> Report:
    report = Report("serai fork (TCG)")
    images = os.environ.get("SERAI_BENCH_IMAGES", "tiny,debian:12").split(",")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ["SERAI_HOME"] = env["SERAI_HOME"]
        sizes(report, base, env, images[0], rounds)
        many(report, base, env, images[-1])
        again(report, base, env, int(os.environ.get("SERAI_BENCH_ROUNDS", "20")))
    return report


if __name__ == "__main__":
    main(bench, rounds=5)
