"""`env` and `machine` as a trigger's block of Ruby sees them, and what it may ask of them (GUI-6).

Names are Vagrant's own. Source: Vagrant's documentation, plugin development: environment, communicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from serai.loaders.vagrantfile.config.table import arguments, option, truthy
from serai.loaders.vagrantfile.config.vagrant_inside import Ui
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Str, Sym, Value

ENV = ("root_path", "cwd", "home_path", "ui", "machine_names")
MACHINE = ("name", "id", "provider_name", "state", "communicate", "ui", "env", "config", "ssh_info")
STATE = ("id", "short_description", "long_description")
COMMUNICATE = ("execute", "sudo", "test", "ready?", "upload", "download")
"""What each of them answers."""
STATES = {
    "libvirt": {"running": "running", "off": "shutoff", "paused": "paused", "saved": "shutoff"},
    "docker": {"running": "running", "off": "stopped", "paused": "paused", "saved": "stopped"},
    "": {"running": "running", "off": "poweroff", "paused": "paused", "saved": "saved"},
}
"""What a machine is -> the word that Vagrant's provider has for it; the last one is VirtualBox's."""
FAILED = "Vagrant::Errors::VagrantError"


class Doing(Protocol):
    """What a block has done to the world. Exit codes are no failures; what cannot be asked raises SeraiError."""

    root: Path

    def say(self, line: str) -> None: ...
    def host(self, command: str) -> tuple[int, str]: ...
    def guest(self, command: str, *, root: bool) -> tuple[int, str, str]: ...
    def reached(self) -> bool: ...
    def upload(self, source: str, destination: str) -> None: ...
    def download(self, source: str, destination: str) -> None: ...
    def state(self) -> str:
        """running, off, paused or saved; empty where there is no such machine."""
        ...

    def ident(self) -> str:
        """What the machine is called where it runs."""
        ...

    def address(self) -> tuple[str, int, str, list[str]] | None:
        """Host, port, login and keys, where the way in is SSH."""
        ...


class Actor:
    """One that answers by methods of the Ruby names; `?` is written `_is`."""

    ruby_class = ""
    answers: Sequence[str] = ()

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name not in self.answers:
            raise rt.refused(
                f"`{name}' of {self.ruby_class} in a trigger", f"it answers {', '.join(self.answers)}"
            )
        return getattr(self, f"do_{name.replace('?', '_is')}")(rt, args, block)

    def ruby_responds(self, name: str) -> bool:
        return name in self.answers


class EnvActor(Actor):
    ruby_class = "Vagrant::Environment"
    answers = ENV

    def __init__(self, doing: Doing, names: Sequence[str]) -> None:
        self.doing = doing
        self.names = names

    def do_root_path(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return _path(rt, str(self.doing.root))

    do_cwd = do_root_path

    def do_home_path(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return _path(rt, rt.environ.get("VAGRANT_HOME") or f"{rt.environ.get('HOME', '/')}/.vagrant.d")

    def do_ui(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Ui()

    def do_machine_names(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Array(Sym(name) for name in self.names)


class MachineActor(Actor):
    ruby_class = "Vagrant::Machine"
    answers = MACHINE

    def __init__(self, name: str, provider: str, config: Any, env: EnvActor, doing: Doing) -> None:
        self.name, self.provider, self.config, self.env, self.doing = name, provider, config, env, doing

    def do_name(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Sym(self.name)

    def do_id(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        ident = self.doing.ident()
        return Str(ident) if ident else None

    def do_provider_name(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Sym(self.provider)

    def do_state(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        words = STATES.get(self.provider, STATES[""])
        return StateActor(words.get(self.doing.state(), "not_created"))

    def do_communicate(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return CommunicateActor(self.doing)

    def do_ui(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Ui()

    def do_env(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return self.env

    def do_config(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return self.config

    def do_ssh_info(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        found = self.doing.address()
        if found is None:
            return None
        host, port, user, keys = found
        pairs: list[tuple[str, Value]] = [("host", Str(host)), ("port", port), ("username", Str(user))]
        return Hash(
            [*((Sym(key), value) for key, value in pairs), (Sym("private_key_path"), Array(map(Str, keys)))]
        )


class StateActor(Actor):
    ruby_class = "Vagrant::MachineState"
    answers = STATE

    def __init__(self, word: str) -> None:
        self.word = word

    def do_id(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Sym(self.word)

    def do_short_description(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return Str(self.word.replace("_", " "))

    do_long_description = do_short_description


class CommunicateActor(Actor):
    """Into the guest. A command that fails raises, but for `test` and with `error_check: false`."""

    ruby_class = "Vagrant's communicator"
    answers = COMMUNICATE

    def __init__(self, doing: Doing) -> None:
        self.doing = doing

    def do_execute(
        self, rt: Runtime, args: list[Value], block: Proc | None, *, root: bool = False, check: bool = True
    ) -> Value:
        words, options = arguments(args)
        command = rt.to_s(words[0]) if words else ""
        root = root or truthy(option(options, "sudo"))
        code, out, err = self.doing.guest(command, root=root)
        for kind, text in (("stdout", out), ("stderr", err)) if block is not None else ():
            if text and block is not None:
                rt.call(block, [Sym(kind), Str(text)])
        stated = option(options, "error_check")
        if code and check and (stated is None or truthy(stated)):
            raise rt.raised(
                FAILED, f"`{command}` ended with exit code {code} in the guest\n{(err or out).strip()}"
            )
        return code

    def do_sudo(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return self.do_execute(rt, args, block, root=True)

    def do_test(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return self.do_execute(rt, args, block, check=False) == 0

    def do_ready_is(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        return self.doing.reached()

    def do_upload(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        self.doing.upload(*_two(rt, args))
        return None

    def do_download(self, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
        self.doing.download(*_two(rt, args))
        return None


def _two(rt: Runtime, args: list[Value]) -> tuple[str, str]:
    if len(args) < 2:
        raise rt.raised("ArgumentError", f"wrong number of arguments (given {len(args)}, expected 2)")
    return rt.to_s(args[0]), rt.to_s(args[1])


def _path(rt: Runtime, text: str) -> Value:
    return rt.send(rt.constant("Pathname"), "new", [Str(text)])
