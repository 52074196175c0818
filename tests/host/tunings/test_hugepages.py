"""Huge pages for guests: planned, carried out and undone as the cases say."""

from __future__ import annotations

import subprocess

import pytest

from serai.host.changes.file import WriteFile
from tuning_cases import carried_out, cases, host, named, planned, wrong

CASES = cases("hugepages")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_it_plans_what_the_case_says(case, tmp_path):
    assert wrong(tmp_path, *case) == ""


@pytest.mark.parametrize("case", CASES, ids=named)
def test_it_is_done_read_back_and_undone(case, tmp_path):
    assert carried_out(tmp_path, *case) == ""


def test_systemd_understands_the_mount_unit(tmp_path, need):
    need("systemd-analyze")
    case = next(case for _, case in CASES if case.name == "a mount for a second size, by a unit")
    plan = planned(host(tmp_path, case), "hugepages", case)
    unit = next(each for each in plan.changes if isinstance(each, WriteFile) and each.path.endswith(".mount"))
    place = tmp_path / unit.path.rpartition("/")[2]
    place.write_text(unit.text)
    said = subprocess.run(["systemd-analyze", "verify", str(place)], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if place.name in line] == []
    place.write_text(unit.text.replace("Where=/dev/hugepages64K", "Where=/elsewhere"))
    said = subprocess.run(["systemd-analyze", "verify", str(place)], capture_output=True, text=True, check=False)
    assert place.name in said.stderr
