"""What a hook runs: scripts of the project, on the host and in the guest; lines as they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.run.hook_command import command
from serai.spec.hook import Event as Moment
from serai.spec.hook import Hook
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def said(workspace: Any, hook: Hook, *, in_guest: bool = False) -> list[str]:
    lines: list[str] = []
    way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web") if in_guest else None
    command(hook, Moment.AFTER_UP, Machine(name="web"), workspace, way, lines.append)
    return lines


@pytest.fixture
def script(pretend: Any) -> Any:
    workspace = pretend(Machine(name="web"))
    root: Path = workspace.scope.root
    root.mkdir(parents=True, exist_ok=True)
    (root / "after.sh").write_text('echo "$1 in $(basename "$0")"; pwd\n')
    return workspace


def test_a_script_of_the_project_runs_on_the_host_from_there(script: Any) -> None:
    lines = said(script, Hook(path="after.sh", args=["x"]))
    assert lines == ["x in after.sh", str(script.scope.root)]


def test_one_that_can_be_run_itself_is(script: Any) -> None:
    own = script.scope.root / "own"
    own.write_text("#!/bin/sh -u\necho own $#\n")
    own.chmod(0o755)
    assert said(script, Hook(path="own", args=["a", "b"])) == ["own 2"]


def test_a_script_runs_in_the_guest_without_being_there_before(script: Any) -> None:
    assert said(script, Hook(path="after.sh", args=["x"]), in_guest=True)[0].startswith("x in serai-")


def test_one_that_is_not_there_is_named(script: Any) -> None:
    with pytest.raises(SeraiError, match=r"nowhere\.sh is not there") as failed:
        said(script, Hook(path="nowhere.sh"))
    assert failed.value.code is Code.INPUT
