"""Ansible's own commands over the connection `serai`: run, copy in, copy out, and what fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.provisioners.ansible_inventory import PLUGINS
from serai.util.process import Result, run


@pytest.fixture
def adhoc(tmp_path: Path, ansible: None) -> object:
    """Runs one module on a machine that is this host."""
    (tmp_path / "hosts").write_text("web ansible_connection=serai ansible_serai_argv=\"['env', 'WHERE=guest']\"\n")

    def call(module: str, words: str) -> Result:
        return run(
            ["ansible", "all", "-i", tmp_path / "hosts", "-m", module, "-a", words],
            env={"ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS), "ANSIBLE_PIPELINING": "false"},
            check=False,
        )

    return call


def test_a_command_runs_by_the_program_and_a_file_goes_in(adhoc, tmp_path):
    done = adhoc("command", "sh -c 'echo in the $WHERE; exit 4'")

    assert "in the guest" in done.stdout
    assert "rc=4" in done.stdout


def test_a_file_comes_out(adhoc, tmp_path):
    (tmp_path / "there").write_bytes(b"\x00\xff data")
    assert adhoc("fetch", f"src={tmp_path}/there dest={tmp_path}/here flat=true").ok

    assert (tmp_path / "here").read_bytes() == b"\x00\xff data"


def test_a_copy_that_fails_says_why(adhoc, tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_REMOTE_TMP", "/proc/nowhere")
    done = adhoc("command", "true")

    assert not done.ok
    assert "/proc/nowhere" in done.stdout + done.stderr
