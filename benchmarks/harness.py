"""Measures commands in turn, CPU and wall, and holds them to budgets: a table, a line a budget, an exit code.

Commands that are compared run interleaved, round by round, so that whatever else the host does meets all of
them. CPU is user + system time of the child and of all the children it has waited for (wait4(2)); what it
leaves running in the background does not count. The median is judged, the least is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
SERAI = str(Path(PYTHON).with_name("serai"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "serai-benchmarks"


class Sample(msgspec.Struct, frozen=True):
    """One run, in seconds."""

    cpu: float
    wall: float


class Series(msgspec.Struct, frozen=True):
    """All runs of one command."""

    name: str
    samples: list[Sample]

    def least(self, what: str) -> float:
        return min(getattr(sample, what) for sample in self.samples)

    def median(self, what: str) -> float:
        return statistics.median(getattr(sample, what) for sample in self.samples)


class Budget(msgspec.Struct, frozen=True):
    """One promise and what came of it. `met` is None where it could not be measured, which is no pass."""

    what: str
    met: bool | None
    said: str

    def line(self) -> str:
        verdict = {True: "PASS", False: "FAIL", None: "NOT MEASURED"}[self.met]
        return f"{verdict}  {self.what}: {self.said}"


class Report(msgspec.Struct):
    """What one benchmark found."""

    title: str
    series: list[Series] = []
    budgets: list[Budget] = []
    notes: list[str] = []

    def add(self, series: Mapping[str, Series]) -> None:
        self.series.extend(series.values())

    def at_most(
        self, what: str, value: float, limit: float, *, floor: float | None = None, unit: str = "ms"
    ) -> None:
        """The budget that `value` is at most `limit`, both in seconds; `floor` is what it is compared with."""
        scale = 1000 if unit.startswith("ms") else 1
        digits = 0 if scale == 1000 else 2
        said = f"{value * scale:.{digits}f} {unit}, budget {limit * scale:.{digits}f} {unit}"
        if floor is not None:
            said += f", floor {floor * scale:.{digits}f} {unit}, ratio {value / floor:.2f}"
        self.budgets.append(Budget(what, value <= limit, said))

    def at_most_part(self, what: str, value: float, whole: float, parts: int) -> None:
        """The budget that `value` is at most 1/`parts` of `whole`, both in seconds of CPU."""
        said = f"{value * 1000:.0f} of {whole * 1000:.0f} ms CPU is 1/{whole / value:.1f}, budget 1/{parts}"
        self.budgets.append(Budget(what, value <= whole / parts, said))

    def not_measured(self, what: str, why: str) -> None:
        self.budgets.append(Budget(what, None, f"not measured: {why}"))

    @property
    def passed(self) -> bool:
        return all(budget.met for budget in self.budgets)

    def lines(self) -> list[str]:
        """The report as a person reads it."""
        return [self.title, *table(self.series), *self.notes, *(budget.line() for budget in self.budgets)]


def table(series: Sequence[Series]) -> list[str]:
    """Milliseconds, least and median, of CPU and wall; ratio is the median CPU over the first row's."""
    if not series:
        return []
    width = max(len(each.name) for each in series)
    head = f"{'':{width}}  {'runs':>4}  {'CPU min':>8} {'median':>8}  {'wall min':>8} {'median':>8}  ratio"
    first = series[0].median("cpu")
    rows = []
    for each in series:
        cells = [1000 * value for what in ("cpu", "wall") for value in (each.least(what), each.median(what))]
        ratio = f"{each.median('cpu') / first:5.2f}" if first else "    -"
        rows.append(
            f"{each.name:{width}}  {len(each.samples):4}  {cells[0]:8.1f} {cells[1]:8.1f}"
            f"  {cells[2]:8.1f} {cells[3]:8.1f}  {ratio}"
        )
    return [head, *rows]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a child: its own SERAI_HOME, and byte code kept, as where serai is installed.

    Machines boot unless their file says `warm: true`: a second round would measure something else than the first.
    """
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "SERAI_FILE")
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    return {**kept, "SERAI_HOME": str(home), "SERAI_WARM": "off", **more}


def child(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], ok: Sequence[int] = (0,)) -> Sample:
    """Run a command to its end, its output thrown away. Raises SystemExit with its stderr when it fails."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            try:
                os.chdir(cwd)
                null = os.open(os.devnull, os.O_RDWR)
                os.dup2(null, 0)
                os.dup2(null, 1)
                os.dup2(errors.fileno(), 2)
                os.execvpe(argv[0], list(argv), dict(env))
            finally:
                os._exit(127)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
        code = os.waitstatus_to_exitcode(status)
        if code not in ok:
            errors.seek(0)
            raise SystemExit(f"{' '.join(argv)}: exit code {code}\n{errors.read().decode(errors='replace')}")
    return Sample(cpu=usage.ru_utime + usage.ru_stime, wall=wall)


def here(act: Callable[[], object]) -> Sample:
    """Run a function in this process."""
    began, cpu = time.perf_counter(), time.process_time()
    act()
    return Sample(cpu=time.process_time() - cpu, wall=time.perf_counter() - began)


def interleave(cases: Mapping[str, Callable[[], Sample]], rounds: int, *, warm: int = 1) -> dict[str, Series]:
    """Run each case in turn, `rounds` times; `warm` rounds before that do not count."""
    found = {name: Series(name, []) for name in cases}
    for number in range(warm + rounds):
        for name, case in cases.items():
            sample = case()
            if number >= warm:
                found[name].samples.append(sample)
    return found


@contextmanager
def bench_home() -> Iterator[Path]:
    """A directory for SERAI_HOME and projects, removed afterwards; its image store is kept between runs."""
    path = Path(tempfile.mkdtemp(prefix="serai-b", dir="/tmp"))
    images = CACHE / "images"
    images.mkdir(parents=True, exist_ok=True)
    home = path / "home"
    home.mkdir()
    (home / "images").symlink_to(images, target_is_directory=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def main(bench: Callable[[int], Report], *, rounds: int) -> None:
    """The command line of every benchmark."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"runs of each case [default: {rounds}]")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the report there, too")
    parser.add_argument("--check", action="store_true", help="exit 1 unless every budget was measured and met")
    chosen = parser.parse_args()
    report = bench(chosen.rounds)
    print("\n".join(report.lines()))
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    sys.exit(0 if report.passed or not chosen.check else 1)
