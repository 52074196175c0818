"""An image in a volume of this host, without libvirt's stream."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.providers.libvirt import copy_in as module
from serai.providers.libvirt.copy_in import copy_in, extents
from serai.util.units import MIB


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A hole, data, a hole, data, and a hole to the end, which is on no block's border."""
    file = tmp_path / "image"
    with file.open("wb") as out:
        out.seek(MIB)
        out.write(os.urandom(MIB))
        out.seek(8 * MIB)
        out.write(b"x" * 777)
        out.truncate(20 * MIB + 5)
    return file


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """As libvirt makes it: there, and empty."""
    file = tmp_path / "volume"
    file.touch()
    return file


def test_the_volume_has_the_bytes_of_the_file_and_its_holes(image: Path, volume: Path) -> None:
    assert copy_in(image, volume)
    assert volume.read_bytes() == image.read_bytes()
    assert volume.stat().st_blocks <= image.stat().st_blocks + 8


def test_only_data_is_looked_at(image: Path) -> None:
    with image.open("rb") as file:
        [first, second] = extents(file.fileno(), image.stat().st_size)
    assert first == (MIB, 2 * MIB)
    assert second[0] == 8 * MIB and second[1] <= 9 * MIB


def test_a_large_piece_is_copied_in_several(image: Path, volume: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 300_000)
    monkeypatch.setattr(module, "FICLONE", 0)  # no file system shares its blocks by this number
    assert copy_in(image, volume)
    assert volume.read_bytes() == image.read_bytes()


def test_a_file_that_is_not_there_or_not_empty_is_left_to_the_stream(image: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("somebody's")
    assert not copy_in(image, tmp_path / "nowhere")
    assert not copy_in(image, other)
    assert other.read_text() == "somebody's"


def test_a_link_is_not_followed(image: Path, volume: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(volume)
    assert not copy_in(image, link)
    assert not volume.stat().st_size
