"""What is written for systemd, and that serai's own start ends where systemd-nspawn does."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.container_cards import Card
from serai.providers.nspawn import groups, launch, place
from serai.providers.nspawn.site import Site
from serai.spec.machine import Machine
from serai.spec.raw import NspawnRaw, Raw
from serai.util.errors import SeraiError

NAME = "serai-t1-web"


@pytest.fixture
def site(machines, tmp_path):
    directory = tmp_path / "state"
    directory.mkdir()
    return lambda systemd: Site(
        name=NAME, hostname="web", directory=str(directory), cards=(Card(kind="none"),), by_systemd=systemd
    )


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """A host that systemd runs, with nobody behind it."""
    found: list[list[str]] = []

    class Done:
        ok, stderr = True, ""

    def run(argv, **more):
        found.append([str(word) for word in argv])
        return Done

    monkeypatch.setattr(launch, "run", run)
    monkeypatch.setattr(launch.netns, "run", run)
    monkeypatch.setattr(place, "BOOTED", tmp_path)
    return found


def test_systemd_is_told_once_what_has_changed(site, calls):
    machine = Machine(name="web", providers=Raw(nspawn=NspawnRaw(autostart=True)))
    launch.settle(machine, site(True), "[Exec]\n")
    launch.settle(machine, site(True), "[Exec]\n")

    assert calls.count(["systemctl", "daemon-reload"]) == 1
    assert ["systemctl", "enable", f"systemd-nspawn@{NAME}.service"] in calls
    assert place.settings_of(NAME).read_text() == "[Exec]\n"
    assert "ExecStart=systemd-nspawn" in place.drop_in_of(NAME).read_text()

    launch.forget(NAME)
    assert not place.settings_of(NAME).exists()
    assert not place.drop_in_of(NAME).parent.exists()
    assert calls[-2:] == [
        ["systemctl", "disable", f"systemd-nspawn@{NAME}.service"],
        ["systemctl", "daemon-reload"],
    ]


def test_by_systemd_a_container_is_a_unit(site, calls):
    launch.start(Machine(name="web"), site(True))
    assert launch.ask_to_end(NAME, 0)
    launch.kill(NAME)

    assert [words[1] for words in calls] == ["reset-failed", "start", "stop", "kill", "stop", "reset-failed"]


def test_a_unit_that_does_not_start_is_told(site, calls, monkeypatch):
    monkeypatch.setattr(
        launch, "run", lambda argv, **more: type("Done", (), {"ok": False, "stderr": "Job failed"})
    )

    with pytest.raises(SeraiError, match="web does not start: Job failed"):
        launch.start(Machine(name="web"), site(True))


def test_without_systemd_no_unit_is_written(site):
    launch.settle(Machine(name="web"), site(False), "[Exec]\n")

    assert not place.drop_in_of(NAME).exists()


def test_one_that_ends_instead_of_beginning_says_why(site, monkeypatch, tmp_path, hierarchies):
    script = tmp_path / "systemd-nspawn"
    script.write_text("#!/bin/sh\necho 'execv(/app) failed: No such file' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr(launch.unit, "words", lambda site: [str(script)])
    monkeypatch.setattr(groups, "make", lambda name: [hierarchies / "pids"])

    with pytest.raises(SeraiError, match="web does not start: its first process /app cannot be started"):
        launch.start(Machine(name="web"), site(False))
    assert Path(hierarchies / "pids" / "cgroup.procs").read_text() == "0\n"


def test_what_an_end_leaves_goes(site, tmp_path, hierarchies):
    (tmp_path / "propagate" / NAME).mkdir(parents=True)
    (hierarchies / "pids" / "serai" / NAME).mkdir(parents=True)

    launch.clear(NAME)
    launch.clear(NAME)

    assert not (tmp_path / "propagate" / NAME).exists()
    assert not (hierarchies / "pids" / "serai").exists()


def test_one_that_has_ended_is_not_asked_again(machines):
    assert launch.ask_to_end(NAME, 1)
    launch.kill(NAME)
