"""An opened project: who is meant by a name, which provider has it, and who may change it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from serai.providers.contract import Materials, Scope, State
from serai.run.scope import settle
from serai.run.workspace import Workspace, every_project, open_workspace
from serai.spec.machine import Machine, Project
from serai.util.errors import Code, SeraiError


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Workspace:
    machines = {name: Machine(name=name, provider="fake") for name in ("db", "web-1", "web-2")}
    scope = Scope(project="shop", project_id="1", root=tmp_path, home=home / "projects" / "shop-1")
    return Workspace(Project(project="shop", machines=machines), tmp_path / "serai.yaml", scope)


def names(machines: list[Machine]) -> list[str]:
    return [machine.name for machine in machines]


def test_no_names_mean_all_and_globs_mean_many(workspace: Workspace) -> None:
    assert names(workspace.targets([])) == ["db", "web-1", "web-2"]
    assert names(workspace.targets(["web-*"])) == ["web-1", "web-2"]
    assert names(workspace.targets(["web-2", "db"])) == ["db", "web-2"]


def test_a_name_that_means_nothing_is_an_error_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(SeraiError, match="no machine is called 'wbe-1'") as caught:
        workspace.targets(["wbe-1"])
    assert "web-1" in caught.value.hint


def test_one_machine_is_the_primary_or_must_be_named(workspace: Workspace) -> None:
    with pytest.raises(SeraiError, match="which machine"):
        workspace.targets([], one=True)
    with pytest.raises(SeraiError, match="means 2 machines"):
        workspace.targets(["web-*"], one=True)
    machines = {**workspace.project.machines, "db": Machine(name="db", provider="fake", primary=True)}
    workspace.project = Project(project="shop", machines=machines)
    assert names(workspace.targets([], one=True)) == ["db"]


def test_a_machine_that_exists_stays_on_the_provider_that_has_it(workspace: Workspace) -> None:
    workspace.driver("fake").create(Machine(name="db", provider="fake"), Materials())
    machines = {"db": Machine(name="db", provider="qemu")}
    workspace.project = Project(project="shop", machines=machines)
    settle(workspace.scope, ["fake"])
    observed = workspace.observe()
    assert observed["db"].state is State.STOPPED
    workspace.settled(observed)
    assert workspace.project.machines["db"].provider == "fake"


def test_where_a_project_has_had_one_provider_no_engine_is_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.driver("fake").create(Machine(name="db", provider="fake"), Materials())
    asked: list[str] = []
    real = workspace.observe
    monkeypatch.setattr(workspace, "observe", lambda names: asked.append("once") or real(names))
    workspace.project = Project(project="shop", machines={"db": Machine(name="db", provider="fake")})
    workspace.stay()
    assert asked == []

    workspace.project = Project(project="shop", machines={"db": Machine(name="db", provider="qemu")})
    settle(workspace.scope, ["fake"])
    workspace.stay(["db"])
    assert asked == ["once"]
    assert workspace.project.machines["db"].provider == "fake"


def test_the_second_to_change_waits_and_says_for_whom(workspace: Workspace) -> None:
    said: list[str] = []
    entered = threading.Event()

    def second() -> None:
        with workspace.changing("halt", said.append):
            entered.set()

    with workspace.changing("up"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.2)
    thread.join(5)
    assert entered.is_set()
    assert said[0].startswith("waiting: project shop is in use by serai up (pid ")


def test_an_error_inside_is_not_taken_for_the_lock(workspace: Workspace) -> None:
    with pytest.raises(SeraiError, match="port 80 is taken"), workspace.changing("up"):
        raise SeraiError(Code.BUSY, "port 80 is taken")


def test_opening_reads_the_file_and_nothing_else(home: Path, tmp_path: Path) -> None:
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {provider: fake}}\n")

    class Options:
        file = str(tmp_path / "serai.yaml")

    opened = open_workspace(Options())
    assert names(opened.targets([])) == ["web"]
    assert not (home / "projects").exists()


def test_every_project_of_the_host_is_found(workspace: Workspace) -> None:
    settle(workspace.scope, ["fake"])
    assert [(scope.project, providers) for scope, providers in every_project()] == [("shop", ["fake"])]


@pytest.mark.parametrize("which", ["root", "home"])
def test_a_place_that_no_record_can_name_is_refused_before_anything_is_written(
    home: Path, tmp_path: Path, which: str
) -> None:
    places = {"root": tmp_path / "shop", "home": home / "projects/shop-1"}
    places[which] = places[which].with_name("caf\udce9")
    places["root"].mkdir()
    scope = Scope(project="shop", project_id="1", **places)
    opened = Workspace(Project(project="shop", machines={}), places["root"] / "serai.yaml", scope)
    with pytest.raises(SeraiError, match="is not UTF-8") as caught, opened.changing("up"):
        pass
    assert caught.value.code is Code.INPUT
    assert "caf\\xe9" in caught.value.message
    assert not places["home"].exists()
