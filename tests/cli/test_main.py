"""The command line: help, errors in one place, exit codes."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serai.cli.main import COMMANDS, cli, run

LONG_OUTPUT = "from serai.cli.main import leave; print('x' * 300_000); leave(7)"


def test_help_lists_every_command_in_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)
    assert "Machines" in out


def test_no_command_shows_the_help_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Usage: serai" in capsys.readouterr().out


def test_a_misspelt_command_is_named_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["statsu"]) == 64
    assert "no command 'statsu'" in (err := capsys.readouterr().err)
    assert "did you mean 'status'?" in err


def test_a_wrong_option_is_usage_and_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--jsn"]) == 64
    assert "serai status --help" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_can_be_imported_and_has_a_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: serai" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "_SERAI_COMPLETE" in capsys.readouterr().out


def test_the_one_line_of_each_command_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    context = cli.make_context("serai", ["status"], resilient_parsing=True)
    assert cli.get_command(context, "nothing") is None


def test_the_end_at_once_loses_no_output_and_keeps_the_exit_code() -> None:
    done = subprocess.run([sys.executable, "-c", LONG_OUTPUT], stdout=subprocess.PIPE, check=False)

    assert (done.returncode, len(done.stdout)) == (7, 300_001)


def test_output_that_cannot_be_written_is_no_success() -> None:
    short = "from serai.cli.main import leave; print('x'); leave(0)"
    env = {**os.environ, "PYTHONUNBUFFERED": ""}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", short], env=env, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert done.stderr.startswith(b"error: No space left on device\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_output_is_told_once_without_a_traceback(serai: Any, unbuffered: str) -> None:
    serai.file("machines: {web: {provider: fake}}\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "serai", "status"],
            cwd=serai.root,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.count("No space left on device") == 1
    assert "Traceback" not in done.stderr
