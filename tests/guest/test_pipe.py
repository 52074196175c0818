"""Running commands through any program, and becoming root."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from serai.guest.exec import ExecTransport
from serai.guest.pipe import as_root
from serai.providers.contract import ExecEndpoint
from serai.util.errors import Code, SeraiError


@pytest.fixture
def here() -> ExecTransport:
    """This host as the guest."""
    return ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")


def test_it_runs_by_sh_with_environment_and_input(here: ExecTransport) -> None:
    result = here.run('cat; printf %s "$A"', input=b"in ", env={"A": "it's"})
    assert result.stdout == "in it's"


def test_a_run_that_is_interrupted_ends_with_all_its_children(here: ExecTransport, tmp_path: Path) -> None:
    beat = tmp_path / "beat"

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.run(f"(while :; do date +%N >{beat}; sleep 0.05; done) & echo started; wait", on_line=interrupt)
    before = beat.read_text() if beat.exists() else ""
    threading.Event().wait(0.3)
    assert (beat.read_text() if beat.exists() else "") == before


def test_a_long_command_is_shortened_in_the_error(here: ExecTransport) -> None:
    with pytest.raises(SeraiError) as failed:
        here.run("false\n" + "# comment\n" * 50 + "false")
    assert failed.value.code is Code.FAILED
    assert len(failed.value.message) < 150


@pytest.mark.parametrize("program", ["sudo", "doas"])
def test_root_is_become_by_what_the_guest_has(program: str, tmp_path: Path) -> None:
    done = _as_login(tmp_path, program)
    assert (done.returncode, done.stdout) == (0, "it's root\n")


def test_without_either_it_says_so(tmp_path: Path) -> None:
    done = _as_login(tmp_path, None)
    assert done.returncode == 126
    assert "neither sudo nor doas" in done.stderr


def _as_login(folder: Path, program: str | None) -> subprocess.CompletedProcess[str]:
    """Run as_root where `id` says that we are not root and only `program` is there."""
    (folder / "sh").symlink_to(str(shutil.which("sh")))
    scripts = {"id": "echo 1000"} | ({program: '[ "$1" = -n ] && shift && exec "$@"'} if program else {})
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", "-c", as_root('echo "it\'s root"')],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
