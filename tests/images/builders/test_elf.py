"""Which libraries a program needs: read from the file itself, found in the tree, loaders and links included."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from serai.images.builders.elf import closure, needed

SHELL = Path("/bin/sh").resolve()


def test_needed_is_what_readelf_says():
    interpreter, names = needed(SHELL.read_bytes())
    assert interpreter.startswith("/lib")
    told = subprocess.run(["readelf", "-d", SHELL], capture_output=True, text=True, check=True).stdout
    assert names == [line.split("[")[1].rstrip("]") for line in told.splitlines() if "(NEEDED)" in line]


@pytest.mark.parametrize(
    "data", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(64)], ids=["empty", "script", "32"]
)
def test_what_is_no_64_bit_program_is_refused(data: bytes):
    with pytest.raises(ValueError, match="ELF64"):
        needed(data)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what the shell needs, the library behind an absolute link as packages have it."""
    told = subprocess.run(["ldd", SHELL], capture_output=True, text=True, check=True).stdout
    files = [Path(word) for line in told.splitlines() for word in line.split() if word.startswith("/")]
    (tmp_path / "lib/real").mkdir(parents=True)
    for file in files:
        shutil.copy(file, tmp_path / "lib/real" / file.name)
        (tmp_path / "lib" / file.name).symlink_to(f"/lib/real/{file.name}")
    return tmp_path


def test_closure_finds_libraries_behind_links_and_the_loader_once(tree: Path):
    found = closure([SHELL], tree)
    interpreter, names = needed(SHELL.read_bytes())
    assert set(found) == {interpreter, *(f"/lib/{name}" for name in names)}
    assert all(path.is_file() and not path.is_symlink() for path in found.values())


def test_a_library_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=f"{SHELL.name} needs .*which no unpacked package holds"):
        closure([SHELL], tmp_path)


def test_a_link_to_itself_is_no_endless_loop(tree: Path):
    library = needed(SHELL.read_bytes())[1][0]
    shutil.rmtree(tree / "lib/real")
    (tree / "lib" / library).unlink()
    (tree / "lib" / library).symlink_to(f"/lib/{library}")
    with pytest.raises(FileNotFoundError, match="link to itself"):
        closure([SHELL], tree)


def test_every_program_on_this_host_can_be_read():
    read = 0
    for path in sorted(Path(sys.executable).resolve().parent.iterdir())[:200]:
        data = path.read_bytes() if path.is_file() else b""
        if data[:6] == b"\x7fELF\x02\x01":
            needed(data)
            read += 1
    assert read > 0
