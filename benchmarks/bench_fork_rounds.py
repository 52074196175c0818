"""Rounds of fork and destroy of a machine that runs on: what they leave of processes, files and memory.

The rounds are done in this one process, so that what it would keep of each is seen, too. SERAI_BENCH_ROUNDS sets
their number, SERAI_BENCH_SECONDS after how long no further one is begun; --rounds is not asked.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from harness import SERAI, Budget, Report, Sample, Series, bench_home, child, environment, main
from machines import write

from serai.providers.qemu.qmp import Qmp

ROUNDS = int(os.environ.get("SERAI_BENCH_ROUNDS", "1000"))
SECONDS = float(os.environ.get("SERAI_BENCH_SECONDS", "36000"))
SETTLING = 5
"""Rounds that do not count: caches fill, what is imported late is imported."""
EACH = 25
"""Rounds between two looks at what there is."""
MOST_GROWN = 16 << 20
"""Bytes that may come beside: the allocators of QEMU, of the parent's guest and of Python keep what they had."""
TRANSLATED = "TCG's code"
"""The parent's guest runs programs in each round; QEMU keeps what it has translated, up to a limit of its own."""
TOUCHED = "of its memory the parent's guest has touched"
"""At most all of it, whatever was forked; the kernel may hand it out in pieces of 2 MiB."""
NOTED = 128
"""Bytes that QEMU keeps beside the code of each translated block: 112 were seen, in a tree and a hash table."""
BLOCKS = re.compile(r"TB count +(\d+)")
FILE = """\
project: rounds
machines: {db: {image: tiny, memory: 128M, ready: {within: 15m}}}
"""
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *.*")
MIB = 1 << 20


class Options:
    """What `open_workspace` takes of a command line."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)


def parts(pid: int, guest: int = 0) -> Counter[str]:
    """Bytes of a process's own memory: the code that TCG has made, what the guest at this address has touched, and
    the rest. Source: proc(5), smaps."""
    found: Counter[str] = Counter()
    which = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if head := MAPPING.fullmatch(line):
            which = TRANSLATED if head[3] == "rwxp" else "memory"
            if int(head[1], 16) <= guest < int(head[2], 16):
                which = TOUCHED
        elif line.startswith(("Private_Dirty:", "Private_Clean:")):
            found[which] += int(line.split()[1]) << 10
    return found


def opened(folder: Path) -> list[str]:
    """Names of a process's open files; that of the folder itself, where it is this one's, is closed by then."""
    found = []
    for link in list(folder.iterdir()):
        with suppress(FileNotFoundError):
            found.append(link.readlink().name)
    return found


def left(base: Path) -> Counter[str]:
    """What there is: processes that work below `base` and their open files, this one's, files, shared memory.

    Connections of ssh, which stay open for a minute, are left out.
    """
    found = Counter({"threads of serai": threading.active_count()})
    for path in Path("/proc").glob("[0-9]*"):
        try:
            here = (path / "cwd").readlink().is_relative_to(base) and (path / "comm").read_text() != "ssh\n"
            handles = opened(path / "fd")
        except OSError:
            continue  # it has ended, or is another's
        if here or int(path.name) == os.getpid():  # others of this host may have forks, too
            found["memory of forks"] += sum(name.startswith("memfd:serai-") for name in handles)
        if int(path.name) == os.getpid():
            found["open files of serai"] = len(handles)
        elif here:
            found["processes"] += 1
            found["open files of machines"] += len(handles)
    found["files"] = sum(
        1 for folder, _, names in os.walk(base) if "images" not in Path(folder).parts for _ in names
    )
    found["/dev/shm"] = len(list(Path("/dev/shm").iterdir()))
    return found


def memory(pid: int) -> Counter[str]:
    """Bytes that rounds could have kept."""
    own = parts(os.getpid())
    with Qmp.open(Path(f"/proc/{pid}/cwd/qmp.sock"), who="db") as qmp:
        parent = parts(pid, int(qmp.hmp("gpa2hva 0").split()[-1], 16))
        if found := BLOCKS.search(qmp.hmp("info jit")):
            noted = int(found[1]) * NOTED
            parent += Counter({TRANSLATED: noted})
            parent.subtract(memory=noted)
    return Counter(
        {
            "the parent": parent["memory"],
            TOUCHED: parent[TOUCHED],
            f"{TRANSLATED} there": parent[TRANSLATED],
            "serai": own["memory"],
        }
    )


def fork_and_destroy(root: Path) -> None:
    """One round, as the two commands do it. Raises SeraiError or SystemExit."""
    from serai.run import verbs
    from serai.run.events import silent
    from serai.run.fork import fork
    from serai.run.workspace import open_workspace

    options = Options(root / "serai.yaml")
    made = fork(open_workspace(options), "db", emit=silent)
    gone = verbs.destroy(open_workspace(options), ["db-fork-1"], emit=silent, consent=lambda question: True)
    failed = [*made.outcome.failures, *gone.outcome.failures]
    if failed or "db-fork-1" not in made.observed or "db-fork-1" in gone.observed:
        raise SystemExit(f"a round failed: {failed}")


def again(report: Report, base: Path, root: Path) -> None:
    """The rounds, and what is there before and after."""
    (pid,) = (int(path.read_text()) for path in (base / "home").rglob("machines/db/qemu.pid"))
    for _ in range(SETTLING):
        fork_and_destroy(root)
    before, was = left(base), memory(pid)
    samples = []
    began = time.perf_counter()
    while len(samples) < ROUNDS and time.perf_counter() - began < SECONDS:
        at, spent = time.perf_counter(), time.process_time()
        fork_and_destroy(root)
        samples.append(Sample(cpu=time.process_time() - spent, wall=time.perf_counter() - at))
        if len(samples) % EACH == 0:
            grown = ", ".join(f"{what} {now - was[what]:+}" for what, now in memory(pid).items())
            print(
                f"{len(samples)} rounds, {time.perf_counter() - began:.0f} s: {grown}", file=sys.stderr, flush=True
            )
    after, is_now = left(base), memory(pid)
    done = len(samples)
    report.series.append(Series("serai fork and serai destroy, one round", samples))
    what = "leave no process, file, thread or shared memory"
    told = ", ".join(f"{key} {before[key]} -> {after[key]}" for key in sorted(before | after))
    report.budgets.append(Budget(f"{done} rounds {what}", all(after[key] <= before[key] for key in after), told))
    for key, now in is_now.items():
        said = f"{was[key] / MIB:.0f} -> {now / MIB:.0f} MiB"
        if TRANSLATED in key or key == TOUCHED:
            report.notes.append(f"{key}: {said}")
        else:
            what = f"{done} rounds leave no memory in {key} ({MOST_GROWN >> 20} MiB)"
            report.budgets.append(Budget(what, now - was[key] <= MOST_GROWN, said))
    if done < ROUNDS:
        report.not_measured(f"{ROUNDS} rounds", f"{done} were done in {SECONDS:.0f} s")


def bench(_: int) -> Report:
    report = Report("rounds of serai fork and serai destroy (TCG)")
    with bench_home() as base:
        env = environment(base / "home")
        os.environ.update(env)
        root = write(base / "rounds", FILE)
        child([SERAI, "up", "-y"], cwd=root, env=env)
        try:
            again(report, base, root)
        finally:
            child([SERAI, "destroy", "-y", "--force"], cwd=root, env=env)
    return report


if __name__ == "__main__":
    main(bench, rounds=ROUNDS)
