"""What is known of machines without asking anything that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serai.providers.contract import State
from serai.providers.qemu import observe as observing
from serai.providers.qemu.observe import bereft, find_projects, observe
from serai.providers.qemu.record import Phase, Record, editing, save
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Nic, PublicNic

MANY = 1000


def make(home: Path, name: str) -> None:
    directory = home / "machines" / name
    directory.mkdir(parents=True)
    machine = Machine(name=name, disks={"data": Disk(size=1 << 30)})
    record = Record(
        name=name, project="shop", project_id="1", project_root="/p", phase=Phase.MADE, uuid="u", applied=machine
    )
    save(directory, record)


@pytest.mark.timeout(30)
def test_a_thousand_machines_are_observed(tmp_path: Path) -> None:
    for number in range(MANY):
        make(tmp_path, f"m{number}")
    found = observe(tmp_path)
    assert len(found) == MANY
    assert {each.state for each in found.values()} == {State.STOPPED}


def test_a_damaged_record_is_unknown_and_hides_no_other(tmp_path: Path) -> None:
    make(tmp_path, "good")
    make(tmp_path, "bad")
    (tmp_path / "machines" / "bad" / "machine.json").write_text("{")
    found = observe(tmp_path)
    assert found["good"].state is State.STOPPED
    assert found["bad"].state is State.UNKNOWN and "not a machine record" in found["bad"].problem


def test_addresses_are_those_that_the_guest_was_told(tmp_path: Path) -> None:
    make(tmp_path, "web")
    nics = [
        Nic(public=PublicNic(bridge="br0", address="192.168.1.5/24")),
        Nic(public=PublicNic(bridge="br0")),
    ]
    with editing(tmp_path / "machines/web") as record:
        record.applied = Machine(name="web", networks=nics)
        record.addresses = {"back": "10.40.0.5/24", "other": "10.41.0.5/24"}
        record.untold = ("other",)
    assert observe(tmp_path)["web"].addresses == ("10.40.0.5", "192.168.1.5")


def test_a_machine_whose_companion_died_says_which_and_why(tmp_path: Path) -> None:
    make(tmp_path, "web")
    directory = tmp_path / "machines/web"
    (directory / "companions").write_text(f"tpm {os.getpid()} 1\nshare1 {os.getpid()} 1\n")
    (directory / "tpm.log").write_text("its state is damaged\n")
    problem = bereft(str(directory))
    assert "the swtpm of its TPM has died: its state is damaged (serai reload web)" in problem
    assert "the virtiofsd of a folder has died (serai reload web)" in problem


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


def test_one_that_this_process_has_just_found_ready_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("web", "db"):
        make(tmp_path, name)
    asked: list[str] = []
    monkeypatch.setattr(observing, "is_alive", lambda directory: True)
    monkeypatch.setattr(observing, "ask", lambda directories: asked.extend(directories) or {})
    observing.found_ready(tmp_path / "machines/web")

    found = observe(tmp_path)
    assert asked == ["db"]
    assert (found["web"].native_state, found["db"].native_state) == ("running", "")

    monkeypatch.setattr(observing, "FRESH", 0.0)
    observe(tmp_path)
    assert asked == ["db", "db", "web"]
