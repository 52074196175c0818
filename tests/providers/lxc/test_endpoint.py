"""The ways into a container."""

from __future__ import annotations

import pytest

from serai.providers.lxc import command, endpoint
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture(autouse=True)
def tools(monkeypatch):
    monkeypatch.setattr(endpoint, "words", lambda name, container: [f"lxc-{name}", "-n", container])


def test_root_comes_in_with_an_environment_of_its_own(scope, made, monkeypatch):
    made("web")
    monkeypatch.setattr(command, "state", lambda root, name: "RUNNING")

    way = endpoint.endpoint(scope, "web")

    assert way.argv[:4] == ("lxc-attach", "-n", "serai-t1-web", "--clear-env")
    assert "HOME=/root" in way.argv
    assert way.argv[-1] == "--"


def test_a_stated_user_is_looked_up_inside(scope, made, monkeypatch, tmp_path):
    made("web", applied=Machine(name="web", user="sys"))
    monkeypatch.setattr(command, "state", lambda root, name: "RUNNING")
    monkeypatch.setattr(command, "init_pid", lambda root, name: "self")
    way = endpoint.endpoint(scope, "web")
    at = way.argv.index("-u")
    assert way.argv[at : at + 4] == ("-u", "3", "-g", "3")

    monkeypatch.setattr(command, "init_pid", lambda root, name: 0)
    with pytest.raises(SeraiError, match="the container has no user sys"):
        endpoint.endpoint(scope, "web")


def test_one_that_is_off_or_is_not_there_has_no_way_in(scope, made):
    made("web")
    with pytest.raises(SeraiError, match="web is stopped: there is no way in"):
        endpoint.endpoint(scope, "web")
    with pytest.raises(SeraiError, match="db does not exist: there is no way in"):
        endpoint.endpoint(scope, "db")


def test_the_console_is_lxcs_own_program(scope, made):
    directory = made("web")

    place = endpoint.console(scope, "web")

    assert place.argv[0] == "lxc-console"
    assert place.argv[-2:] == ("-e", "^a")  # lxc-console knows letters alone, and says nothing of others
    assert place.leave == "Ctrl-a and then q"
    assert (place.log, place.engine) == (directory / "console.log", directory / "lxc.log")
