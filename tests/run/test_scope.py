"""A project is found again when it moved, told apart from its copy, and alive without `.serai/`."""

import shutil
from pathlib import Path

import pytest

from serai.run import scope as module
from serai.run.scope import forget, forget_keys, scope_of, settle, used_providers
from serai.util.errors import Code, SeraiError


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


def test_two_that_begin_at_once_are_one_project(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "shop")
    first = scope_of("shop", root)
    real = module.records

    def looked() -> list[tuple[Path, module.Record]]:
        """What there is; the other process writes itself down right after it."""
        found = real()
        settle(first, ["qemu"])
        return found

    monkeypatch.setattr(module, "records", looked)

    assert scope_of("shop", root) == first


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


def test_the_key_stays_as_long_as_there_is_a_template_that_it_opens(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of("shop", make(tmp_path / "shop"))
    settle(scope, ["qemu"])
    (scope.home / "ssh").mkdir()
    (scope.home / "machines").mkdir()

    monkeypatch.setattr(module, "kept_for", lambda: {scope.project_id})
    forget(scope)
    assert [path.name for path in scope.home.iterdir()] == ["ssh"]
    assert scope_of("shop", tmp_path / "shop") == scope
    forget_keys()
    assert scope.home.is_dir()

    monkeypatch.setattr(module, "kept_for", set)
    forget_keys()
    assert not scope.home.exists()


def test_nothing_of_a_project_stays_that_left_no_template(home: Path, tmp_path: Path) -> None:
    scope = scope_of("shop", make(tmp_path / "shop"))
    settle(scope, ["qemu"])
    (scope.home / "ssh").mkdir()
    forget_keys()
    assert (scope.home / "ssh").is_dir()

    forget(scope)
    assert not scope.home.exists()
    assert not (tmp_path / "shop" / ".serai").exists()


def test_a_path_gives_the_same_id_wherever_and_one_that_is_not_utf8_gives_one_too(home: Path) -> None:
    assert scope_of("shop", Path("/srv/café")).project_id == "4214c16a"
    assert scope_of("shop", Path("/srv/caf\udce9")).project_id != "4214c16a"


def test_what_came_with_the_project_leads_no_write_out_of_it(home: Path, tmp_path: Path) -> None:
    root, other = make(tmp_path / "shop"), tmp_path / "other"
    other.write_text("mine")
    (root / ".serai").mkdir()
    for name in (".gitignore", "project.json"):
        (root / ".serai" / name).symlink_to(other)

    settle(scope_of("shop", root), ["qemu"])

    assert other.read_text() == "mine"
    assert (root / ".serai/.gitignore").read_text() == "*\n"
    assert not (root / ".serai/project.json").is_symlink()


@pytest.mark.parametrize(("kind", "word"), [("link", "a link"), ("dangling", "a link"), ("file", "a file")])
def test_a_place_of_ours_that_is_no_directory_is_refused_before_anything_is_written(
    home: Path, tmp_path: Path, kind: str, word: str
) -> None:
    root, other = make(tmp_path / "shop"), tmp_path / "other"
    if kind == "link":
        other.mkdir()
    if kind == "file":
        (root / ".serai").write_text("")
    else:
        (root / ".serai").symlink_to(other)
    scope = scope_of("shop", root)

    with pytest.raises(SeraiError, match=rf"/shop/\.serai is {word}") as caught:
        settle(scope, ["qemu"])

    assert (caught.value.code, caught.value.hint.split()[-2:]) == (Code.REFUSED, ["rm", str(root / ".serai")])
    assert not scope.home.exists()
    assert list(other.iterdir() if kind == "link" else tmp_path.glob("other")) == []


def test_a_project_that_is_reached_by_a_link_is_settled_where_it_is(home: Path, tmp_path: Path) -> None:
    root = make(tmp_path / "shop")
    (tmp_path / "link").symlink_to(root)
    settle(scope_of("shop", tmp_path / "link"), ["qemu"])
    assert (root / ".serai/.gitignore").read_text() == "*\n"
    assert scope_of("shop", root) == scope_of("shop", tmp_path / "link")


def test_nothing_is_removed_behind_a_link(home: Path, tmp_path: Path) -> None:
    root, other = make(tmp_path / "shop"), tmp_path / "other"
    scope = scope_of("shop", root)
    settle(scope, ["qemu"])
    (root / ".serai").rename(other)
    (root / ".serai").symlink_to(other)

    forget(scope)

    assert not scope.home.exists()
    assert sorted(path.name for path in other.iterdir()) == [".gitignore", "project.json"]
