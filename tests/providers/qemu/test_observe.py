"""What is known of machines without asking anything that is not there."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from serai.providers.contract import State
from serai.providers.qemu.observe import find_projects, observe
from serai.providers.qemu.record import Phase, Record, save
from serai.spec.disk import Disk
from serai.spec.machine import Machine

MANY = 1000
BUDGET = 0.5
"""Seconds for a thousand machines."""


def make(home: Path, name: str) -> None:
    directory = home / "machines" / name
    directory.mkdir(parents=True)
    machine = Machine(name=name, disks={"data": Disk(size=1 << 30)})
    record = Record(
        name=name, project="shop", project_id="1", project_root="/p", phase=Phase.MADE, uuid="u", applied=machine
    )
    save(directory, record)


def test_a_thousand_machines_are_observed_in_time(tmp_path: Path) -> None:
    for number in range(MANY):
        make(tmp_path, f"m{number}")
    begin = time.process_time()
    found = observe(tmp_path)
    assert time.process_time() - begin < BUDGET
    assert len(found) == MANY
    assert {each.state for each in found.values()} == {State.STOPPED}


def test_a_damaged_record_is_unknown_and_hides_no_other(tmp_path: Path) -> None:
    make(tmp_path, "good")
    make(tmp_path, "bad")
    (tmp_path / "machines" / "bad" / "machine.json").write_text("{")
    found = observe(tmp_path)
    assert found["good"].state is State.STOPPED
    assert found["bad"].state is State.UNKNOWN and "not a machine record" in found["bad"].problem


def test_projects_are_found_by_their_machines(tmp_path: Path) -> None:
    make(tmp_path / "projects" / "shop-1", "web")
    assert find_projects(tmp_path) == [("shop", "1", "/p", ["web"])]


def test_observing_loads_no_subprocess_and_no_json() -> None:
    code = "import sys, serai.providers.qemu.driver; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    banned = {"subprocess", "json", "pycdlib", "urllib3", "logging", "asyncio", "socket", "tempfile", "shutil"}
    assert not banned & set(loaded)
