"""All containers of a project, by one look."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers import leases
from serai.providers.container_record import Phase
from serai.providers.contract import State
from serai.providers.lxc import command, observe
from serai.spec.network import Network


@pytest.fixture
def states(monkeypatch):
    found: dict[str, str] = {}
    monkeypatch.setattr(command, "states", lambda root, names: {n: s for n, s in found.items() if n in names})
    return found


def test_each_state_of_lxcs_is_one_of_serais(made, scope, states):
    for name, native in {"a": "RUNNING", "b": "FROZEN", "c": "STARTING", "d": "STOPPING"}.items():
        made(name, started_at=5.0, stopped=False)
        states[f"serai-t1-{name}"] = native
    made("late", stopped=False)
    states["serai-t1-late"] = command.UNKNOWN
    made("off")
    made("ready", started_at=5.0, ready_at=6.0, stopped=False)
    states["serai-t1-ready"] = "RUNNING"
    made("half", phase=Phase.CREATING)

    seen = observe.observe(scope)

    assert {name: each.state for name, each in seen.items()} == {
        "a": State.RUNNING,
        "b": State.PAUSED,
        "c": State.STARTING,
        "d": State.STOPPING,
        "half": State.CREATING,
        "late": State.UNKNOWN,
        "off": State.STOPPED,
        "ready": State.READY,
    }


def test_one_that_nobody_stopped_has_failed(made, scope, states):
    directory = made("web", stopped=False, started_at=5.0)
    (directory / "console.log").write_text("no database\n")

    (seen,) = observe.observe(scope).values()

    assert (seen.state, seen.problem) == (State.FAILED, "its first process ended: no database")


def test_what_has_no_record_was_never_made(containers, scope, states):
    (containers / "serai-t1-web").mkdir()
    (containers / "serai-t2-web").mkdir()

    seen = observe.observe(scope)

    assert {name: each.state for name, each in seen.items()} == {"web": State.CREATING}
    assert observe.observe(scope, ["other"]) == {}


def test_a_torn_record_is_unknown_and_hides_no_other(made, scope, states):
    (made("torn") / "serai.json").write_text("{")
    made("web")

    seen = observe.observe(scope)

    assert (seen["torn"].state, seen["web"].state) == (State.UNKNOWN, State.STOPPED)


def test_addresses_come_from_the_leases_and_from_the_project(made, scope, states, tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1790000000 52:54:00:00:00:01 10.0.3.7 web *\n\n")
    entry = {"ip-address": "192.168.122.9", "mac-address": "52:54:00:00:00:02", "expiry-time": 1}
    two.write_bytes(msgspec.json.encode([entry]))
    monkeypatch.setattr(leases, "LEASES", (str(one), str(tmp_path / "none")))
    monkeypatch.setattr(leases, "LIBVIRT_LEASES", str(two))
    macs = ("52:54:00:00:00:01", "52:54:00:00:00:02")
    made("web", macs=macs, addresses={"back": "10.40.0.10/24"}, stopped=False)
    states["serai-t1-web"] = "RUNNING"

    assert observe.observe(scope)["web"].addresses == ("10.0.3.7", "192.168.122.9", "10.40.0.10")

    two.write_text("[")  # it is being written
    states.clear()
    assert observe.observe(scope)["web"].addresses == ("10.40.0.10",)


def test_nothing_is_there_where_lxc_has_no_directory(containers, scope, states):
    containers.rmdir()

    assert observe.observe(scope) == {}


def test_projects_are_found_by_their_containers_alone(made, containers):
    made("web")
    made("db")
    torn = made("torn")
    (torn / "serai.json").write_text("{")

    assert observe.find_projects() == [("shop", "t1", "/shop", ["db", "web"])]


def test_those_that_run_are_known_with_their_networks(made, scope, monkeypatch):
    made("web", networks={"back": Network(mtu=1400)})
    made("off")
    monkeypatch.setattr(command, "living", lambda root: {"serai-t1-web", "other"})

    ((machine, networks),) = observe.running(scope)
    assert machine.name == "web"
    assert networks["back"].mtu == 1400
