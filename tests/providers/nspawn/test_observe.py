"""What is told of containers: by their groups and records, without a process."""

from __future__ import annotations

import os
import subprocess

import pytest

from serai.providers import leases
from serai.providers.container_record import Phase
from serai.providers.contract import State
from serai.providers.nspawn import groups
from serai.providers.nspawn.observe import find_projects, observe, running
from serai.spec.network import Network


@pytest.fixture
def child():
    """This process has a child, as a supervisor has."""
    process = subprocess.Popen(["sleep", "60"])
    yield
    process.kill()
    process.wait()


def test_states_are_those_of_the_groups(made, scope, living, child):
    made("web", stopped=False, started_at=1.0, ready_at=2.0)
    made("db", stopped=False, started_at=3.0)
    made("ice", stopped=False)
    made("off")
    made("lost", stopped=False)
    made("half", phase=Phase.CREATING)
    living("web", os.getpid())
    living("db", os.getpid())
    living("ice", os.getpid(), frozen=True)

    seen = observe(scope)

    assert {name: each.state for name, each in seen.items()} == {
        "db": State.RUNNING,
        "half": State.CREATING,
        "ice": State.PAUSED,
        "lost": State.FAILED,
        "off": State.STOPPED,
        "web": State.READY,
    }
    assert "its first process ended" in seen["lost"].problem


def test_one_whose_first_process_is_not_there_yet_is_starting(made, scope, living, monkeypatch):
    made("web", stopped=False)
    living("web", os.getpid())
    monkeypatch.setattr(groups, "leader", lambda group: 0)

    assert observe(scope)["web"].state is State.STARTING


def test_addresses_are_those_of_leases_and_of_the_project(made, scope, living, child, tmp_path, monkeypatch):
    (tmp_path / "leases").write_text("1 52:54:00:00:00:01 10.0.3.7 web *\n")
    monkeypatch.setattr(leases, "LEASES", (str(tmp_path / "leases"),))
    monkeypatch.setattr(leases, "LIBVIRT_LEASES", "/none")
    made("web", stopped=False, macs=("52:54:00:00:00:01",), addresses={"back": "10.40.0.10/24"})
    living("web", os.getpid())

    assert observe(scope)["web"].addresses == ("10.0.3.7", "10.40.0.10")


def test_a_torn_record_is_unknown_and_a_bare_directory_is_half_made(made, machines, scope):
    (made("web") / "serai.json").write_text("{")
    (machines / ".serai" / "serai-t1-db").mkdir()

    assert {name: each.state for name, each in observe(scope).items()} == {
        "db": State.CREATING,
        "web": State.UNKNOWN,
    }
    assert observe(scope, ["none"]) == {}


def test_projects_are_found_by_their_containers(made, scope, machines):
    assert find_projects() == []
    made("web")
    made("db")
    (made("torn") / "serai.json").write_text("{")
    assert find_projects() == [("shop", "t1", "/shop", ["db", "web"])]


def test_those_that_run_are_known_with_their_networks(made, scope, living):
    made("web", networks={"back": Network(mtu=1400)})
    made("off")
    living("web", 1)

    ((machine, networks),) = running(scope)
    assert machine.name == "web"
    assert networks["back"].mtu == 1400
