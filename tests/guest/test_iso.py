"""The image of a seed, read by programs that are not serai's."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from pycdlib import PyCdlib

from serai.guest.iso import SECTOR, image

CONTENT = {
    "meta-data": b"one",
    "user-data": b"x" * 5000,
    "tiny/setup": b"",
    "tiny/keys/a user": b"key",
    **{f"many/{number:03d}-a-rather-long-name-of-a-file": b"%d" % number for number in range(90)},
}


@pytest.mark.parametrize("tree", ["rr_path", "joliet_path"])
def test_every_file_is_there_by_its_name_in_both_trees(tree: str) -> None:
    written = image(CONTENT, "cidata")
    read = PyCdlib()
    read.open_fp(io.BytesIO(written))
    for path, data in CONTENT.items():
        out = io.BytesIO()
        read.get_file_from_iso_fp(out, **{tree: f"/{path}"})
        assert out.getvalue() == data
    read.close()
    assert len(written) % SECTOR == 0


def test_another_reader_finds_label_names_and_modes(tmp_path: Path, need) -> None:
    need("isoinfo")
    place = tmp_path / "seed.iso"
    place.write_bytes(image(CONTENT, "cidata"))

    def said(*words: str) -> str:
        return subprocess.run(["isoinfo", *words, "-i", place], capture_output=True, text=True, check=True).stdout

    assert "Volume id: cidata" in said("-d")
    assert "Joliet with UCS level 3 found" in said("-d")
    for tree in ("-R", "-J"):
        assert {f"/{path}" for path in CONTENT} <= set(said(tree, "-f").splitlines())
    assert "-r--r--r--" in next(line for line in said("-R", "-l").splitlines() if "user-data" in line)


def test_the_same_files_make_the_same_image() -> None:
    assert image(CONTENT, "cidata") == image(CONTENT, "cidata")
