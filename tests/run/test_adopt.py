"""Adopting: which projects are lost, and which are not to be taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials
from serai.run.adopt import adopt, candidates
from serai.run.scope import scope_of, settle
from serai.run.workspace import Workspace
from serai.spec.machine import Machine, Project
from serai.util.errors import SeraiError


def project(root: Path, name: str = "shop") -> Workspace:
    root.mkdir(parents=True)
    (root / "serai.yaml").write_text("machines: {web: {}}\n")
    machine = Machine(name="web", provider="fake")
    workspace = Workspace(
        Project(project=name, machines={"web": machine}), root / "serai.yaml", scope_of(name, root)
    )
    settle(workspace.scope, ["fake"])
    workspace.driver("fake").create(machine, Materials())
    return workspace


def test_only_projects_whose_directory_or_file_is_gone_are_candidates(home: Path, tmp_path: Path) -> None:
    project(tmp_path / "whole")
    lost = project(tmp_path / "lost", "other")
    (lost.scope.root / "serai.yaml").unlink()
    assert [(item.scope.project, item.why) for item in candidates()] == [("other", "its project file is gone")]


def test_a_whole_project_is_not_taken_without_force(home: Path, tmp_path: Path) -> None:
    project(tmp_path / "whole")
    with pytest.raises(SeraiError, match="shop is whole in"):
        adopt("shop", tmp_path / "serai.yaml")
    assert adopt("shop", tmp_path / "serai.yaml", force=True) == ["web"]


def test_two_of_one_name_need_the_id(home: Path, tmp_path: Path) -> None:
    for where in ("a", "b"):
        lost = project(tmp_path / where)
        (lost.scope.root / "serai.yaml").unlink()
    with pytest.raises(SeraiError, match="several projects are called 'shop'") as caught:
        adopt("shop", tmp_path / "serai.yaml")
    assert "name one by its id" in caught.value.hint
    some_id = candidates()[0].scope.project_id
    assert adopt(some_id, tmp_path / "serai.yaml") == ["web"]


def test_an_unknown_project_is_an_error(home: Path, tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="no project called 'nix' has machines"):
        adopt("nix", tmp_path / "serai.yaml")
