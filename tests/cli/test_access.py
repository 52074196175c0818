"""The ways in, as a person types them; the machine is a real SSH server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serai.cli import access
from serai.cli.main import run
from serai.providers.contract import Capabilities, Console, ExecEndpoint, Feature, Forward, Observed, Scope, State
from serai.providers.fake.driver import Fake
from serai.run import workspace
from serai.spec.machine import Machine, Project

FORWARDS = (Forward(guest=22, host=2200, id="ssh"), Forward(guest=53, host=5353, protocol="udp"))


class Shop(workspace.Workspace):
    """Two machines; `web` is the SSH server of the test, `db` this host's shell."""

    def __init__(self, folder: Path, sshd: Any) -> None:
        machines = {"web": Machine(name="web", primary=True, env={"WHO": "w"}), "db": Machine(name="db")}
        scope = Scope(project="shop", project_id="3f2a", root=folder, home=folder)
        super().__init__(Project(project="shop", machines=machines), folder / "serai.yaml", scope)
        self.folder = folder
        self.sshd = sshd

    def observe(self, names: object = None) -> dict[str, Observed]:
        return {
            name: Observed(
                name=name, provider="qemu", state=State.READY, forwards=FORWARDS if name == "web" else ()
            )
            for name in self.project.machines
        }

    def provider(self, machine: str) -> Any:
        return self

    def endpoint(self, name: str) -> Any:
        return self.sshd.endpoint() if name == "web" else ExecEndpoint(argv=("env",), user="root")

    def capabilities(self) -> Capabilities:
        return Capabilities(has=frozenset({Feature.CONSOLE}), why_not={})

    def console(self, name: str) -> Console:
        return Console(socket=self.folder / "console.sock", log=self.folder / "serial.log")


class Became(BaseException):
    """In place of going on as another program."""


@pytest.fixture
def shop(tmp_path: Path, sshd: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    shop = Shop(tmp_path, sshd)
    monkeypatch.setattr(workspace, "open_workspace", lambda *_, **__: shop)
    yield shop
    from serai.guest.ssh import SshTransport

    SshTransport(sshd.endpoint(), "web").close()


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command line; the program that it becomes is run, and its result given."""

    def instead(words: list[str]) -> int:
        raise Became(words)

    monkeypatch.setattr(access, "_become", instead)

    def call(*args: str) -> subprocess.CompletedProcess[str]:
        with pytest.raises(Became) as words:
            run(list(args))
        return subprocess.run(
            words.value.args[0], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    return call


def test_ssh_runs_a_command_and_passes_its_exit_code_on(shop: Any, became: Any) -> None:
    done = became("ssh", "-c", "echo out; echo err >&2; exit 5")
    assert (done.returncode, done.stdout, done.stderr) == (5, "out\n", "err\n")


def test_words_after_two_dashes_go_to_ssh(shop: Any, became: Any) -> None:
    assert "debug1" in became("ssh", "web", "-c", "true", "--", "-v").stderr


def test_exec_in_one_machine_is_that_command(shop: Any, became: Any) -> None:
    done = became("exec", "web", "--", "sh", "-c", 'echo "$WHO $0"; exit 3', "a  b")
    assert (done.returncode, done.stdout) == (3, "w a  b\n")


def test_exec_in_several_names_each_line(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exec", "--", 'echo one; [ -n "$WHO" ] || exit 4']) == 4
    out = capsys.readouterr()
    assert sorted(out.out.splitlines()) == ["db   one", "web  one"]
    assert out.err == "db   exit code 4\n"


def test_exec_in_several_gives_no_guest_power_over_the_terminal(
    shop: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["exec", "--", r"printf 'one\033ctwo\r\n'"]) == 0
    assert "\x1b" not in (said := capsys.readouterr().out)
    assert "onetwo\n" in said


def test_exec_as_json(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exec", "--json", "db", "--", "echo a; echo b >&2"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "machines": {"db": {"code": 0, "stdout": "a\n", "stderr": "b\n"}}
    }


def test_exec_without_a_command_is_wrong_usage(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exec", "web"]) == 64
    assert "no command is given" in capsys.readouterr().err


def test_a_provider_without_an_agent_says_how_else(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    assert "cannot do agent: a pretended machine has none" in serai("exec", "--agent", "--", "true", code=4).stderr


def test_exec_by_the_agent_as_json(serai: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    monkeypatch.chdir(serai.root)
    monkeypatch.setattr(Fake, "capabilities", lambda self: Capabilities(has=frozenset(Feature), why_not={}))
    monkeypatch.setattr(Fake, "agent_exec", lambda self, name, command, budget: (3, f"{command}\n", "e\n"))

    assert run(["exec", "--agent", "--json", "--", "echo a"]) == 3
    assert json.loads(capsys.readouterr().out) == {
        "machines": {"web": {"code": 3, "stdout": "echo a\n", "stderr": "e\n"}}
    }
    assert run(["exec", "--agent", "--", "echo a"]) == 3
    assert capsys.readouterr() == ("echo a\n", "e\n")


def test_cp_in_and_out(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    assert run(["cp", str(tmp_path / "data"), f"web:{tmp_path}/there/"]) == 0
    assert run(["cp", f"web:{tmp_path}/there/data", str(tmp_path / "back")]) == 0
    assert (tmp_path / "back").read_text() == "x"


def test_logs_show_the_last_lines(shop: Any, tmp_path: Path, capfdbinary: Any) -> None:
    (tmp_path / "serial.log").write_bytes(b"1\n2\n3\xff\n")
    assert run(["logs", "-n", "2"]) == 0
    assert capfdbinary.readouterr().out == b"2\n3\xff\n"
    assert run(["logs", "--engine"]) == 64


def test_a_closed_console_says_what_to_do(shop: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with open(os.devnull) as nothing, pytest.MonkeyPatch.context() as patch:  # noqa: PTH123
        patch.setattr(sys, "stdin", nothing)
        assert run(["console", "web"]) == 1
    assert "web: its console is closed" in capfd.readouterr().err


def test_a_console_that_a_program_gives_goes_on_as_that_program(
    shop: Any, capfdbinary: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "serial.log").write_bytes(b"before\n")
    there = Console(socket=Path(), log=tmp_path / "serial.log", argv=("virsh", "console", "web"))
    monkeypatch.setattr(Shop, "console", lambda *_: there)
    words: list[list[str]] = []
    monkeypatch.setattr(access, "_become", lambda argv: words.append(argv) or 0)
    with open(os.devnull) as nothing:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdin", nothing)
        assert run(["console", "web"]) == 0
    assert words == [["virsh", "console", "web"]]
    said = capfdbinary.readouterr()
    assert said.out == b"before\n"
    assert b"Ctrl-] detaches" in said.err


def test_ports_as_lines_and_as_json(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["port"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "web  127.0.0.1:2200        -> 22/tcp  ssh",
        "web  127.0.0.1:5353        -> 53/udp",
    ]
    assert run(["port", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["web"][0] == {"guest": 22, "host": 2200, "id": "ssh"}


def test_ssh_config_is_one_that_ssh_takes(shop: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ssh-config"]) == 0
    (tmp_path / "config").write_text(capsys.readouterr().out)
    done = subprocess.run(
        ["ssh", "-F", tmp_path / "config", "web", "echo in"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "in\n"


def test_rsync_without_folders_says_so(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rsync"]) == 0
    assert "no machine has a synced folder" in capsys.readouterr().err


def test_an_unknown_machine_is_said(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ssh", "wep"]) == 3
    assert "did you mean 'web'?" in capsys.readouterr().err
