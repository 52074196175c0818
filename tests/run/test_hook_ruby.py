"""A hook that is a block of Ruby: the host and a guest are really asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.plan.up import Options
from serai.providers.contract import ExecEndpoint
from serai.run import verbs
from serai.run.events import silent
from serai.run.hook_ruby import Hands
from serai.run.hooks import fire
from serai.run.workspace import Workspace
from serai.spec.hook import Event, Hook, OnError
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

Pretend = Callable[..., Workspace]
FILE = """Vagrant.configure("2") do |config|
  config.vm.define "web"
  config.trigger.after :up do |t|
    t.ruby { |env, machine| %s }
  end
end
"""


def guest() -> ExecTransport:
    """A guest that is this host."""
    return ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")


def run(pretend: Pretend, body: str, **more: Any) -> list[str]:
    machine = Machine(
        name="web", env={"WHO": "me"}, hooks={Event.AFTER_UP: [Hook(ruby="Vagrantfile:3:18", **more)]}
    )
    workspace = pretend(machine)
    workspace.file = workspace.scope.root / "Vagrantfile"
    workspace.file.write_text(FILE % body)
    said: list[str] = []
    fire(Event.AFTER_UP, machine, workspace, lambda event: said.append(event.text), guest)
    return said


def test_it_runs_commands_of_the_host_in_the_project_and_of_the_guest(pretend: Pretend) -> None:
    said = run(
        pretend,
        'puts `pwd`; system("echo $WHO $MORE; echo aside >&2"); '
        'machine.communicate.execute("echo inside as $WHO") { |kind, text| puts text }',
        env={"MORE": "too"},
    )
    root = pretend().scope.root
    assert sorted(said) == sorted([str(root), "aside", "me too", "inside as me"])


def test_one_that_fails_stops_as_any_hook_does(pretend: Pretend) -> None:
    with pytest.raises(SeraiError, match=r"web: hook after_up failed: Vagrantfile:4:29: not today"):
        run(pretend, 'raise "not today"')
    (said,) = run(pretend, 'raise "not today"', on_error=OnError.CONTINUE)
    assert said.startswith("hook after_up failed, going on: Vagrantfile:4:29: not today")


def test_it_is_told_how_the_machine_is(pretend: Pretend, tmp_path: Path) -> None:
    machine = Machine(name="web")
    workspace = pretend(machine)
    hands = Hands(machine, workspace, guest, lambda line: None, {})
    assert (hands.state(), hands.ident()) == ("", "")

    verbs.up(workspace, (), Options(), emit=silent, consent=lambda plan: True)
    assert (hands.state(), hands.ident()) == ("running", "shop/web")
    assert hands.reached() and hands.address() is None
    (tmp_path / "a").write_text("x")
    hands.upload("a", str(tmp_path / "b"))
    hands.download(str(tmp_path / "b"), "c")
    assert (tmp_path / "c").read_text() == "x"
    verbs.suspend(workspace, [], emit=silent)
    assert hands.state() == "paused"
