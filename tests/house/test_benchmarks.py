"""The benchmarks: their figures are what they say, and what was not measured has not passed."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def harness(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("harness")


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / name), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_processor_time_of_a_child_and_of_its_children_counts(harness, tmp_path):
    burn = "import time; end = time.process_time() + 0.1\nwhile time.process_time() < end: pass"
    through = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"

    assert harness.child([sys.executable, "-c", through], cwd=tmp_path, env=os.environ).cpu >= 0.1


def test_a_command_that_fails_ends_the_benchmark_with_its_words(harness, tmp_path):
    with pytest.raises(SystemExit, match="exit code 3\nno such luck"):
        harness.child(["sh", "-c", "echo no such luck >&2; exit 3"], cwd=tmp_path, env=os.environ)


def test_commands_take_turns_and_the_first_round_does_not_count(harness):
    order = []

    def case(name):
        return lambda: order.append(name) or harness.Sample(cpu=len(order), wall=0)

    found = harness.interleave({"a": case("a"), "b": case("b")}, 2)

    assert order == ["a", "b"] * 3
    assert [sample.cpu for sample in found["a"].samples] == [3, 5]


def test_a_report_passes_only_when_all_was_measured_and_met(harness):
    report = harness.Report("speed")
    report.at_most("start", 0.1, 0.2, floor=0.05, unit="ms CPU")
    assert report.passed
    assert report.lines()[-1] == "PASS  start: 100 ms CPU, budget 200 ms CPU, floor 50 ms CPU, ratio 2.00"

    report.not_measured("beside vagrant", "vagrant is not installed")
    assert not report.passed
    assert report.lines()[-1] == "NOT MEASURED  beside vagrant: not measured: vagrant is not installed"


def test_a_missed_budget_fails(harness):
    report = harness.Report("speed")
    report.at_most_part("status", 0.2, 1.0, 8)

    assert not report.passed
    assert report.lines()[-1] == "FAIL  status: 200 of 1000 ms CPU is 1/5.0, budget 1/8"


def test_check_decides_the_exit_code(tmp_path):
    script = tmp_path / "bench_slow.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n"
        "from harness import Report, main\n"
        "def bench(rounds):\n"
        "    report = Report('slow')\n"
        "    report.at_most('all', 2.0, 1.0)\n"
        "    return report\n"
        "main(bench, rounds=1)\n"
    )

    assert [run(str(script)).returncode, run(str(script), "--check").returncode] == [0, 1]


def test_every_benchmark_is_run_by_run_and_named_in_the_document():
    benchmarks = {path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py")}
    ordered = re.search(r"^ORDER = \((.*?)\)", (FOLDER / "run").read_text(), re.MULTILINE | re.DOTALL)
    assert ordered
    document = (FOLDER.parent / "docs/benchmarks.md").read_text()

    assert set(re.findall(r'"(\w+)"', ordered[1])) == benchmarks
    assert set(re.findall(r"`bench_(\w+)\.py`", document)) == benchmarks


def test_observing_finds_as_many_stopped_and_living_machines_as_it_says():
    done = run("bench_observe.py", "--rounds", "1")

    assert done.returncode == 0, done.stderr
    assert "observe, 50 of them alive" in done.stdout


def test_they_run_where_the_tools_of_the_tests_are_not_installed():
    tests = FOLDER.parent / "tests"
    imported = re.findall(r"^ *(?:from|import) (\w+)", "".join(map(Path.read_text, FOLDER.glob("*.py"))), re.M)
    borrowed = sorted({name for name in imported if (tests / f"{name}.py").exists()})
    assert borrowed == ["bad_line", "real_engines", "real_sshd"]
    script = f"import sys; sys.modules['pytest'] = None; sys.path.append({str(tests)!r}); import "

    done = subprocess.run(
        [sys.executable, "-c", script + ", ".join(borrowed)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_what_they_take_of_serai_is_there() -> None:
    """Much is imported in the middle of a run, after minutes, and none of it by another test."""
    missing = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "serai":
                module = importlib.import_module(str(node.module))
                for name in (each.name for each in node.names if not hasattr(module, each.name)):
                    parts = [Path(each) / f"{name}.py" for each in getattr(module, "__path__", ())]
                    if not any(part.exists() or part.with_suffix("").is_dir() for part in parts):
                        missing.append(f"{path.name}: {node.module} has no {name}")
    assert missing == []


REPORT = (
    "tar",
    "       runs",
    "PASS  1,000 files: 1.3 × `tar | ssh tar`: 20 ms",
    "NOT MEASURED  b: not measured: none",
)


@pytest.fixture
def written(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("written")


def test_results_are_read_as_they_were_written(written):
    sections = {name: written.Section(f"2026, {name}", REPORT) for name in ("one", "two")}
    text = written.text(sections, ["one", "two"])

    assert written.parse(text) == sections
    assert r"| PASS | 1,000 files: 1.3 × `tar \| ssh tar`: 20 ms |" in text.splitlines()
    assert text.count("| NOT MEASURED | b: not measured: none |") == 2


def test_one_that_is_measured_anew_leaves_the_others_and_one_that_is_gone_goes(written):
    before = {name: written.Section("old", ("title", f"FAIL  {name}: 2 s")) for name in ("a", "b", "gone")}
    anew = written.parse(written.text(before, ["a", "b", "gone"]))
    anew["b"] = written.Section("new", ("title", "PASS  b: 1 s"))
    text = written.text(anew, ["a", "b"])

    assert [row for row in text.splitlines() if row.startswith("| ")][1:] == [
        "| FAIL | a: 2 s |",
        "| PASS | b: 1 s |",
    ]
    assert written.parse(text) == {"a": before["a"], "b": anew["b"]}


def test_the_results_that_are_kept_can_be_read(written):
    kept = (FOLDER / "results.md").read_text()
    names = re.findall(r"^## bench_(\w+)\.py$", kept, re.MULTILINE)
    assert list(written.parse(kept)) == names
    assert names


def test_only_what_is_named_is_measured_and_written(tmp_path):
    for path in (*FOLDER.glob("*.py"), FOLDER / "run", FOLDER / "results.md"):
        (tmp_path / path.name).write_text(path.read_text())
    for name, words in (("plan", "print()"), ("render", "raise SystemExit(3)"), ("observe", "print()")):
        (tmp_path / f"bench_{name}.py").write_text(
            "from harness import Report, main\n\n\ndef bench(rounds):\n"
            f"    {words}\n    report = Report('{name} anew')\n    report.at_most('fast', 1.0, 2.0)\n"
            "    return report\n\n\nmain(bench, rounds=1)\n"
        )
    before = (tmp_path / "results.md").read_text()

    def measured(*words):
        return subprocess.run(
            [sys.executable, tmp_path / "run", *words], capture_output=True, text=True, check=False
        )

    assert measured("plan").returncode == 0
    assert (tmp_path / "results.md").read_text() == before
    broken = measured("--write", "plan", "render", "observe")
    assert (broken.returncode, "bench_render.py did not end well" in broken.stderr) == (1, True)
    after = (tmp_path / "results.md").read_text()
    assert "plan anew" in after
    assert "observe anew" in after  # one that breaks does not keep others from being measured
    assert "| PASS | fast: 1000 ms, budget 2000 ms |" in after
    assert section(before, "render") == section(after, "render")


def section(results, name):
    return results.split(f"## bench_{name}.py")[1].partition("\n## ")[0]
