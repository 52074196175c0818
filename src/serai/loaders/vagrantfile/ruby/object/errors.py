"""Exception and its kin: new, message, backtrace, full_message; abort and exit."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.ruby.exceptions import ERRNO
from serai.loaders.vagrantfile.ruby.library.register import method, own
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Object, Proc, Str, Sym, Value

Runtime = Any
"""The interpreter itself: what is here needs more of it than the contract of the library says."""


@method("Exception", "initialize")
def initialize(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    me.data = args[0] if args else None
    return None


@method("KeyError", "initialize")
@method("NameError", "initialize")
@method("FrozenError", "initialize")
def with_receiver(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    if args and isinstance(args[-1], Hash) and args[-1].keywords:
        for key, value in args[-1].items():
            me.variables[rt.to_s(key)] = value
        args = args[:-1]
    me.data = args[0] if args else None
    if len(args) > 1:
        me.variables["name"] = args[1]
    return None


@method("SystemCallError", "initialize")
def system_call(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    said = next((ERRNO[kind.name] for kind in rt.ancestors(me.kind) if kind.name in ERRNO), "unknown error")
    me.data = Str(f"{said} - {rt.to_s(args[0])}" if args and args[0] is not None else said)
    return None


@method("SystemExit", "initialize")
def system_exit(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    status = args[0] if args and not isinstance(args[0], Str) else 0
    me.variables["status"] = {True: 0, False: 1}.get(status, status) if isinstance(status, bool) else status
    words = [arg for arg in args if isinstance(arg, Str)]
    me.data = words[0] if words else Str("exit")
    return None


@method("SystemExit", "status")
def status(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.variables.get("status", 0)


@method("SystemExit", "success?")
def success(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.variables.get("status", 0) == 0


@own("Exception", "exception")
def exception(rt: Runtime, me: Module, args: list[Value], block: Proc | None) -> Value:
    return rt.send(me, "new", args, block)


@method("Exception", "exception")
def again(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    if not args or args[0] is me:
        return me
    made = Object(me.kind, args[0])
    made.variables = dict(me.variables)
    return made


@method("Exception", "to_s")
def to_s(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Str(me.kind.name if me.data is None else rt.to_s(me.data))


@method("Exception", "message", "detailed_message")
def message(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return Str(rt.to_s(me))


@method("Exception", "full_message")
def full_message(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    place = me.variables.get("where", rt.where)
    return Str(f"{place.file}:{place.line}: {rt.message_of(me)} ({me.kind.name})")


@method("Exception", "inspect")
def inspect(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    said = rt.to_s(me)
    return Str(f"#<{me.kind.name}: {said}>" if said else me.kind.name)


@method("Exception", "backtrace")
def backtrace(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    if "backtrace" in me.variables:
        return me.variables["backtrace"]
    place = me.variables.get("where")
    return None if place is None else Array([Str(f"{place.file}:{place.line}")])


@method("Exception", "set_backtrace")
def set_backtrace(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    me.variables["backtrace"] = args[0]
    return args[0]


@method("Exception", "backtrace_locations")
def backtrace_locations(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return None


@method("Exception", "cause")
def cause(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    return me.variables.get("cause")


@method("Exception", "==")
def same(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
    other = args[0]
    return me is other or (
        isinstance(other, Object) and other.kind is me.kind and rt.message_of(me) == rt.message_of(other)
    )


def _reader(kind: str, name: str) -> None:
    def read(rt: Runtime, me: Object, args: list[Value], block: Proc | None) -> Value:
        value = me.variables.get(name)
        return Sym(value) if name == "name" and type(value) is str else value

    method(kind, name)(read)


for _kind, _name in (
    ("NameError", "name"), ("NameError", "receiver"), ("KeyError", "key"), ("KeyError", "receiver"),
    ("FrozenError", "receiver"), ("StopIteration", "result"), ("LoadError", "path"),
    ("UncaughtThrowError", "tag"), ("LocalJumpError", "reason"),
):  # fmt: skip
    _reader(_kind, _name)


@method("Kernel", "abort")
def abort(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    said = rt.to_s(args[0]) if args else "exit"
    error = Object(rt.constant("SystemExit"), Str(said))
    error.variables["status"] = 1
    error.variables["aborted"] = bool(args)
    raise RubyError(error, said, rt.where)


@method("Kernel", "exit", "exit!")
def exit_(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    error = rt.send(rt.constant("SystemExit"), "new", args)
    raise RubyError(error, "exit", rt.where)


@own("Process", "exit")
def process_exit(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return exit_(rt, me, args, block)


@method("Kernel", "raise", "fail")
def raise_(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    """Where it is sent, `Kernel.raise`, `send(:raise)`; in the file itself it is `framed`."""
    raise rt.error_of(args)


@method("Kernel", "warn")
def warn(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    for arg in args:
        if not isinstance(arg, Hash):
            said = rt.to_s(arg)
            rt.say_error(said if said.endswith("\n") else said + "\n")
    return None


@method("Kernel", "trap", "set_trace_func", "fork", "syscall", "gets", "readline", "readlines")
def not_here(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    raise rt.refused("waiting for input, a signal or another process", "set it by a variable of the environment")


@method("Kernel", "at_exit")
def at_exit(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    raise rt.refused(
        "at_exit, a block for the end of the run,", "leave it out, or --ruby runs the file by a real Ruby"
    )
