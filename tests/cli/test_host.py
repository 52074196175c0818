"""host check, as a person calls it."""

from __future__ import annotations

import json

import click
import pytest

from host_cases import write
from serai.cli.host import _verdict, check_lines
from serai.cli.main import run
from serai.host.checks.examine import Result
from serai.host.checks.row import Outcome
from serai.host.wants import Wants


@pytest.fixture
def tree(tmp_path):
    write(tmp_path, {"proc/cmdline": "quiet mitigations=off", "proc/meminfo": "MemAvailable: 8388608 kB"})
    return str(tmp_path)


def test_a_failure_is_told_first_and_gives_exit_code_1(tree, capsys):
    assert run(["host", "check", "--root", tree, "cpu.mitigations", "mem.available"]) == 1
    first, second, counts = capsys.readouterr().out.splitlines()

    assert first.startswith("fail  cpu.mitigations  /proc/cmdline: mitigations=off")
    assert second.startswith("pass  mem.available")
    assert counts.startswith("1 fail, 0 warn, 0 note, 1 pass, 0 unknown, 0 do not apply")


def test_on_a_narrow_terminal_what_to_do_is_wrapped_below_and_nothing_of_it_is_lost():
    why, then = "the clock of this host is disciplined by nobody at all", "enable chronyd or systemd-timesyncd"
    found = [
        Result(
            "time.sync", Outcome.WARN, "unsynchronised", "/a/rather/long/path/of/what/was/read/there", why, then
        ),
        Result("mem.thp", Outcome.NOTE, "x", "/y", "", ""),
    ]
    (wide, _) = check_lines(found)
    assert len(wide) > 80
    assert check_lines(found, 300) == check_lines(found)
    first, second, third, last = map(click.unstyle, check_lines(found, 60))

    assert first.startswith("warn  time.sync  /a/rather") and first.endswith("…")
    assert f"{second.strip()} {third.strip()}" == f"{why}; {then}"
    assert last == "note  mem.thp  /y: x"
    assert max(map(len, (first, second, third, last))) <= 60


def test_as_json_it_says_the_same(tree, capsys):
    assert run(["host", "check", "--root", tree, "--json", "mem.available"]) == 0
    (check,) = json.loads(capsys.readouterr().out)["checks"]

    assert (check["id"], check["result"], check["read"]) == ("mem.available", "pass", "/proc/meminfo")


def test_what_passed_is_shown_only_when_asked_for(tree, capsys):
    run(["host", "check", "--root", tree])
    assert "pass  " not in capsys.readouterr().out
    run(["host", "check", "--root", tree, "-v"])
    assert "pass  " in capsys.readouterr().out.replace("pass     ", "pass  ")


def test_a_project_gets_no_yes_where_something_could_not_be_measured(tree, tmp_path, capsys):
    file = tmp_path / "serai.yaml"
    file.write_text("project: shop\nmachines: {web: {image: tiny, memory: 64GiB}}\n")

    assert run(["host", "check", "--root", tree, "--for", str(file)]) == 1
    assert "no: shop finds this host wanting in" in capsys.readouterr().out


def test_a_directory_that_is_not_there_is_refused(capsys):
    assert run(["host", "check", "--root", "/no/such"]) == 3
    assert "is no directory" in capsys.readouterr().err


def test_explain_tells_all_of_a_check(capsys):
    assert run(["explain", "mem.thp"]) == 0
    out = capsys.readouterr().out

    assert out.startswith("mem.thp: ")
    assert "  but       never for every KVM host" in out


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (("kvm.probe-guest", "fail"), "yes: this host has what shop needs, but guests run under TCG"),
        (("sto.space", "fail"), "no: shop finds this host wanting in sto.space"),
        (("sto.space", "unknown"), "not known: nothing speaks against shop, but sto.space could not be measured"),
        (("sto.space", "pass"), "yes: this host has what shop needs"),
    ],
)
def test_the_verdict_is_yes_no_or_not_known(result, said):
    ident, outcome = result
    results = [Result(ident, Outcome(outcome), "", "", "", "")]

    assert _verdict(results, Wants(project="shop")) == said
