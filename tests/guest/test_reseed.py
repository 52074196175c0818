"""A guest's kernel is asked for new randomness, with whatever the guest has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from serai.guest import reseed, syscalls


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the programs of a small system alone."""
    for name in ("uname", "chmod", "mkfifo", "sh"):
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True)
        (tmp_path / name).symlink_to(found.stdout.strip())
    return tmp_path


@pytest.mark.root
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")
def test_a_small_system_and_a_large_one_can_be_asked(bare: Path, tmp_path: Path) -> None:
    text = f"set -e\n{syscalls.script()}{reseed.script()}caller $file\nstart_caller\nreseed\necho done\n"
    for number, path in enumerate((str(bare), os.environ["PATH"])):
        result = subprocess.run(
            ["sh", "-s"],
            input=text,
            env={"PATH": path, "file": f"{tmp_path}/{number}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.stdout, result.stderr) == ("done\n", "")


def test_a_system_that_cannot_be_asked_is_told(bare: Path) -> None:
    (bare / "uname").unlink()
    (bare / "uname").write_text("#!/bin/sh\necho riscv64\n")
    (bare / "uname").chmod(0o755)
    text = f"set -e\n{syscalls.script()}{reseed.script()}caller {bare}/ask\nstart_caller\nreseed || echo refused\n"

    result = subprocess.run(
        ["sh", "-s"], input=text, env={"PATH": str(bare)}, capture_output=True, text=True, check=False
    )

    assert result.stdout == "refused\n"
