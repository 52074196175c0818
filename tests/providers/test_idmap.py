"""Ids of a container on the host: ranges, files that are given to them, and directories that are shut to them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.providers import idmap
from serai.util.errors import Code, SeraiError

LINES = ("u 0 100000 1000", "u 5000 7 1", "g 0 200000 1000")


@pytest.mark.parametrize(
    ("kind", "inside", "host"),
    [("u", 0, 100000), ("u", 999, 100999), ("u", 1000, None), ("u", 5000, 7), ("g", 3, 200003), ("g", 5000, None)],
)
def test_an_id_is_looked_up_in_the_ranges_of_its_kind(kind: str, inside: int, host: int | None) -> None:
    assert idmap.outside(LINES, kind, inside) == host


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    """Who got what, in a tree of one file with two names, a link and a directory."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root")
    os.link(tmp_path / "etc" / "passwd", tmp_path / "etc" / "passwd-")
    (tmp_path / "link").symlink_to("nowhere")
    found: dict[str, tuple[int, int]] = {}

    def chown(path: Path, user: int, group: int, *, follow_symlinks: bool) -> None:
        assert not follow_symlinks
        name = str(path.relative_to(tmp_path))
        assert name not in found
        found[name] = (user, group)

    monkeypatch.setattr(idmap.os, "chown", chown)
    return found


def test_each_file_is_given_away_once(tmp_path: Path, given: dict[str, tuple[int, int]]) -> None:
    me = (os.getuid(), os.getgid())
    lines = (f"u {me[0]} 100000 1", f"g {me[1]} 200000 1")

    idmap.shift("web", tmp_path, lines)

    assert len(given) == 4
    assert set(given.values()) == {(100000, 200000)}
    with pytest.raises(SeraiError, match="which no range has") as refused:
        idmap.shift("web", tmp_path, (f"u {me[0] + 1} 100000 1", "g 0 0 1"))
    assert refused.value.code is Code.INPUT


def test_the_first_directory_that_is_shut_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "open" / "shut" / "home"
    inner.mkdir(parents=True)
    (tmp_path / "open" / "shut").chmod(0o700)

    seen = idmap.closed(inner, os.getuid() + 1)
    assert seen is not None
    assert (tmp_path / "open" / "shut").is_relative_to(seen)
    assert idmap.closed(Path("/no/such/place"), 1) is None
