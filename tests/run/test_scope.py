"""A project is found again when it moved, told apart from its copy, and alive without `.serai/`."""

import shutil
from pathlib import Path

from serai.run.scope import scope_of, settle, used_providers


def make(root: Path) -> Path:
    root.mkdir(parents=True)
    (root / "serai.yaml").write_text("machines: {web: {}}\n")
    return root


def test_looking_writes_nothing(home: Path, tmp_path: Path) -> None:
    root = make(tmp_path / "shop")
    scope = scope_of("shop", root)
    assert scope == scope_of("shop", root)
    assert not (root / ".serai").exists()
    assert not scope.home.exists()


def test_a_settled_project_keeps_its_id_after_a_move(home: Path, tmp_path: Path) -> None:
    scope = scope_of("shop", make(tmp_path / "a"))
    settle(scope, ["qemu"])
    (tmp_path / "a").rename(tmp_path / "b")
    moved = scope_of("shop", tmp_path / "b")
    assert (moved.project_id, moved.home) == (scope.project_id, scope.home)
    assert moved.root == tmp_path / "b"
    settle(moved, ["qemu"])
    assert scope_of("shop", make(tmp_path / "a")).project_id != scope.project_id


def test_a_copy_is_a_project_of_its_own(home: Path, tmp_path: Path) -> None:
    scope = scope_of("shop", make(tmp_path / "a"))
    settle(scope, ["qemu"])
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    assert scope_of("shop", tmp_path / "copy").project_id != scope.project_id
    assert scope_of("shop", tmp_path / "a").project_id == scope.project_id


def test_losing_the_dot_directory_loses_nothing(home: Path, tmp_path: Path) -> None:
    root = make(tmp_path / "shop")
    scope = scope_of("shop", root)
    settle(scope, ["qemu"])
    shutil.rmtree(root / ".serai")
    assert scope_of("shop", root) == scope


def test_a_renamed_project_keeps_its_home(home: Path, tmp_path: Path) -> None:
    root = make(tmp_path / "shop")
    scope = scope_of("shop", root)
    settle(scope, ["qemu"])
    assert scope_of("store", root).home == scope.home


def test_providers_that_were_used_are_remembered(home: Path, tmp_path: Path) -> None:
    scope = scope_of("shop", make(tmp_path / "shop"))
    assert used_providers(scope) == []
    settle(scope, ["qemu"])
    settle(scope, ["fake"])
    assert used_providers(scope) == ["fake", "qemu"]
