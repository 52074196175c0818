"""A guest's kernel is asked for new randomness, with whatever the guest has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from serai.guest import reseed


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the programs of a small system alone."""
    for name in ("uname", "chmod", "sh"):
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True)
        (tmp_path / name).symlink_to(found.stdout.strip())
    return tmp_path


@pytest.fixture
def asker(tmp_path: Path, need) -> Path:
    """The program, to be run by a root that may less."""
    need("setpriv")
    path = tmp_path / "ask"
    path.write_bytes(reseed.program())
    path.chmod(0o755)
    return path


@pytest.mark.root
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")
def test_the_program_asks_the_kernel_and_says_whether_it_did(asker: Path, tmp_path: Path) -> None:
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)

    assert subprocess.run([asker], input=b"", check=False).returncode == 0
    without = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", asker]
    assert subprocess.run(without, input=b"", check=False).returncode != 0


@pytest.mark.root
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")
def test_the_program_sets_the_clock_when_it_is_told_the_time_and_else_leaves_it(asker: Path) -> None:
    may_not = ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time", asker]
    time = subprocess.run(["printf", reseed.clock(1e9 + 0.5)], capture_output=True, check=True).stdout

    assert time == (10**9).to_bytes(8, "little") + (5 * 10**8).to_bytes(8, "little")
    assert subprocess.run(may_not, input=b"", check=False).returncode == 0
    assert subprocess.run(may_not, input=time, check=False).returncode == 255  # EPERM, and it has not gone on


@pytest.mark.root
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")
def test_a_small_system_and_a_large_one_can_be_asked(bare: Path, tmp_path: Path) -> None:
    text = f"set -e\n{reseed.script()}reseeder {tmp_path}/ask\nreseed\necho done\n"
    for path in (str(bare), os.environ["PATH"]):
        result = subprocess.run(
            ["sh", "-s"], input=text, env={"PATH": path}, capture_output=True, text=True, check=False
        )
        assert (result.stdout, result.stderr) == ("done\n", "")


def test_a_system_that_cannot_be_asked_is_told(bare: Path) -> None:
    (bare / "uname").unlink()
    (bare / "uname").write_text("#!/bin/sh\necho riscv64\n")
    (bare / "uname").chmod(0o755)
    text = f"set -e\n{reseed.script()}reseeder {bare}/ask\nreseed || echo refused\n"

    result = subprocess.run(
        ["sh", "-s"], input=text, env={"PATH": str(bare)}, capture_output=True, text=True, check=False
    )

    assert result.stdout == "refused\n"
