"""A file system made without root and loop devices: e2fsck and debugfs say what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.builders import ext4
from serai.util.errors import SeraiError
from serai.util.process import run, which

UUID = "7e1ac0de-0000-4000-8000-0000000000ff"
SIZE = 32 << 20


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "bin").mkdir(parents=True)
    (root / "bin/tool").write_text("#!/bin/sh\n")
    (root / "file").write_text("hello\n")
    (root / "link").symlink_to("file")
    return root


def told(image: Path, command: str) -> str:
    return run([which("debugfs", "e2fsprogs"), "-R", command, image]).stdout


def make(image: Path, source: Path, size: int = SIZE, **options: dict[str, int]) -> Path:
    ext4.make(image, source, size=size, label="test", uuid=UUID, **options)  # type: ignore[arg-type]
    return image


def test_it_holds_the_tree_and_is_clean(source: Path, tmp_path: Path):
    image = make(tmp_path / "a.ext4", source)
    run([which("e2fsck", "e2fsprogs"), "-fn", image])
    assert told(image, "cat /file") == "hello\n"
    assert 'Fast link dest: "file"' in told(image, "stat /link")
    assert UUID in told(image, "stats -h")
    assert image.stat().st_size == SIZE
    assert image.stat().st_blocks * 512 < SIZE


def test_all_belongs_to_root_and_modes_are_set(source: Path, tmp_path: Path):
    image = make(tmp_path / "a.ext4", source, modes={"/bin/tool": 0o4755})
    shown = told(image, "stat /bin/tool")
    assert "Mode:  04755" in shown and "Type: regular" in shown
    assert "User:     0   Group:     0" in shown
    run([which("e2fsck", "e2fsprogs"), "-fn", image])


def test_the_same_tree_gives_the_same_file_system(source: Path, tmp_path: Path):
    """But for the times of the files, which are the tree's."""
    first, second = (make(tmp_path / name, source) for name in ("a.ext4", "b.ext4"))
    assert first.read_bytes() == second.read_bytes()


def test_a_tree_that_does_not_fit_is_told(source: Path, tmp_path: Path):
    (source / "big").write_bytes(b"x" * (8 << 20))
    with pytest.raises(SeraiError, match="mke2fs"):
        make(tmp_path / "a.ext4", source, size=4 << 20)
