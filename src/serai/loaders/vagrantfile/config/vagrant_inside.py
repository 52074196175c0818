"""What of Vagrant's inside Vagrantfiles speak to: its UI, which, subprocesses. Nothing of the host is run."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.table import arguments
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Module, Proc, Str, Value

LOOKS = ("Interface", "Basic", "Colored", "Prefixed", "Silent")
SAID = frozenset({"info", "warn", "error", "success", "output", "detail", "say"})
"""Methods of a UI that print their first argument."""


def make_insides(outer: Module, util: Module) -> None:
    """`Vagrant::UI::Colored.new`, `Vagrant::Util::Which`, `Vagrant::Util::Subprocess`."""
    ui = Module("Vagrant::UI", is_class=False)
    outer.constants["UI"] = ui
    for name in LOOKS:
        look = Module(f"Vagrant::UI::{name}")
        look.own["new"] = new_ui
        ui.constants[name] = look
    which = Module("Vagrant::Util::Which", is_class=False)
    which.own["which"] = which_program
    subprocess = Module("Vagrant::Util::Subprocess")
    subprocess.own["execute"] = execute
    util.constants.update({"Which": which, "Subprocess": subprocess})


def new_ui(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Ui()


class Ui:
    ruby_class = "Vagrant::UI::Colored"

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name in SAID:
            rt.say((rt.to_s(args[-1 if name == "say" else 0]) if args else "") + "\n")
            return None
        if name == "ask":
            raise rt.refused(
                "asking a person while the file is read", "take the answer from ENV, and set the variable"
            )
        if name in ("opts", "scope", "clear_line", "machine"):
            return None
        raise rt.raised("NoMethodError", f"undefined method `{name}' for a UI of Vagrant")


def which_program(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    """Which programs the host has is not looked at, unless it is said: --with 'which NAME=/usr/bin/NAME'."""
    found = rt.ran(f"which {rt.to_s(args[0])}" if args else "which")
    return None if found is None else Str(found.strip())


def execute(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    words, _ = arguments(args)
    return Result(rt.ran(" ".join(rt.to_s(word) for word in words)))


class Result:
    """What a command that is not run came to: what --with says it prints, else failure and no output."""

    ruby_class = "Vagrant::Util::Subprocess::Result"

    def __init__(self, printed: str | None) -> None:
        self.printed = printed

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name == "exit_code":
            return 0 if self.printed is not None else 1
        if name == "stdout":
            return Str(self.printed or "")
        if name == "stderr":
            return Str("")
        raise rt.raised("NoMethodError", f"undefined method `{name}' for the result of a command")
