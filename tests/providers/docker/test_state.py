"""What is kept of a container beside its labels."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Mark, Scope
from serai.providers.docker.state import Kept, change, directory, forget, read, read_all


def scope(home: Path) -> Scope:
    return Scope(project="shop", project_id="3f2a", root=home, home=home / "projects/shop")


def marked(kept: Kept) -> None:
    kept.marks["a"] = Mark(digest="d", at=1.0)


def test_it_is_kept_for_one_container_alone(home: Path) -> None:
    at = scope(home)
    change(at, "docker", "web", "c1", marked)
    assert read_all(at, "docker")["web"].marks == {"a": Mark(digest="d", at=1.0)}

    change(at, "docker", "web", "c2", lambda kept: None)

    kept = read(at, "docker", "web")
    assert kept is not None
    assert (kept.container, kept.marks) == ("c2", {})


def test_what_cannot_be_read_is_as_lost(home: Path) -> None:
    at = scope(home)
    change(at, "docker", "web", "c1", marked)
    (directory(at, "docker") / "web.json").write_text("{")

    assert read(at, "docker", "web") is None
    assert read_all(at, "docker") == {}


def test_the_last_one_takes_the_directory_along(home: Path) -> None:
    at = scope(home)
    for name in ("web", "db"):
        change(at, "docker", name, "c", marked)
    forget(at, "docker", "web")
    assert directory(at, "docker").is_dir()
    forget(at, "docker", "db")
    forget(at, "docker", "db")
    assert not directory(at, "docker").exists()
