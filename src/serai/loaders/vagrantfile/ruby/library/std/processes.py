"""Process, Open3 and PTY: no program is started; what --with supplies is what one would have printed."""

from __future__ import annotations

import os
import re
import time

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std.shellwords import escaped
from serai.loaders.vagrantfile.ruby.library.std.streams import Stream
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Str, Value

declare("Process", None)
declare("Process::Status")
declare("Open3", None)
declare("PTY", None)
declare("PTY::ChildExited", "StandardError")
declare("Signal", None)
CLOCKS = {
    "CLOCK_REALTIME": time.CLOCK_REALTIME,
    "CLOCK_MONOTONIC": time.CLOCK_MONOTONIC,
    "CLOCK_PROCESS_CPUTIME_ID": time.CLOCK_PROCESS_CPUTIME_ID,
}
UNITS = {"second": 10**9, "millisecond": 10**6, "microsecond": 10**3, "nanosecond": 1}
HINT = "--ruby runs the file by a real Ruby"
for _name, _value in CLOCKS.items():
    CONSTANTS[f"Process::{_name}"] = lambda value=_value: value  # type: ignore[misc]


def _number(name: str, read: object) -> None:
    answers_itself("Process", name)(lambda rt, me, block: read())  # type: ignore[operator]


for _name, _read in {
    "pid": os.getpid,
    "ppid": os.getppid,
    "uid": os.getuid,
    "euid": os.geteuid,
    "gid": os.getgid,
    "egid": os.getegid,
}.items():
    _number(_name, _read)


@answers_itself("Process", "clock_gettime")
def clock_gettime(rt: Runtime, me: Value, block: Block, clock: Value, unit: Value = None) -> Value:
    now = time.clock_gettime_ns(clock)
    name = "float_second" if unit is None else str(unit)
    if name.startswith("float_"):
        return now / UNITS[name.removeprefix("float_")]
    return now // UNITS[name]


@answers_itself("Process", "kill", "fork", "daemon", "exit!", "setsid", "setproctitle")
def refused(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    raise rt.refused("starting or ending a process", HINT)


@answers_itself("Process", "wait", "wait2", "waitpid", "waitall", "detach")
def wait(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return None


@answers_itself("Process", "spawn")
def spawn(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    told(rt, args)
    return 0


@answers_itself("Process", "last_status")
def last_status(rt: Runtime, me: Value, block: Block) -> Value:
    return None if rt.worked is None else status(rt, rt.worked)


@answers_itself("Signal", "trap")
def trap(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return Str("DEFAULT")


def told(rt: Runtime, args: tuple[Value, ...]) -> str | None:
    """What the command would print, if --with says so. It may come after variables, in words, before options."""
    words = [
        one for arg in args if not isinstance(arg, Hash) for one in (arg if isinstance(arg, Array) else [arg])
    ]
    if len(words) == 1:
        return rt.ran(rt.to_s(words[0]))
    return rt.ran(" ".join(escaped(rt.to_s(word)) for word in words))


def status(rt: Runtime, worked: bool) -> Object:
    return Object(rt.constant("Process::Status"), 0 if worked else rt.exit_code)


@answers("Process::Status", "success?")
def success(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data == 0


@answers("Process::Status", "exitstatus", "to_i")
def exitstatus(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data


@answers("Process::Status", "exited?")
def exited(rt: Runtime, me: Value, block: Block) -> Value:
    return True


@answers("Process::Status", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return (other.data if isinstance(other, Object) else other) == me.data


@answers("Process::Status", "value")
def value(rt: Runtime, me: Value, block: Block) -> Value:
    return me


@answers("Process::Status", "pid")
def pid(rt: Runtime, me: Value, block: Block) -> Value:
    return 0


SHELL = re.compile(r"[*?{}\[\]<>()~&|\\$;'`\"\n#=%]")
"""What makes Ruby hand a line to the shell. Source: Ruby's documentation of Kernel#spawn."""


@answers("Kernel", "system")
def system(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    """What --with supplies is printed, as the program would have done; else it could not be started: that is nil,
    and false where a shell would have had to start it, which itself can."""
    output = told(rt, args)
    if output is None:
        line = args[-1] if args else None
        return False if isinstance(line, Str) and SHELL.search(line.s) else None
    if output:
        rt.say(output)
    return rt.worked


@answers("Kernel", "exec")
def exec_(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    told(rt, args)
    return None


answers("Kernel", "spawn")(spawn)


@answers_itself("Open3", "capture2", "capture2e")
def capture2(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    output = told(rt, args)
    return Array((Str(output or ""), status(rt, bool(rt.worked))))


@answers_itself("Open3", "capture3")
def capture3(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    output = told(rt, args)
    return Array((Str(output or ""), Str(""), status(rt, bool(rt.worked))))


def stream(rt: Runtime, content: str = "", *, writable: bool = False) -> Object:
    return Object(rt.constant("IO"), Stream(content, name="pipe", writable=writable))


@answers_itself("Open3", "popen3")
def popen3(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    output = told(rt, args)
    given = [stream(rt, writable=True), stream(rt, output or ""), stream(rt), status(rt, bool(rt.worked))]
    return rt.call(block, given) if block else Array(given)


@answers_itself("Open3", "popen2", "popen2e")
def popen2(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    output = told(rt, args)
    given = [stream(rt, writable=True), stream(rt, output or ""), status(rt, bool(rt.worked))]
    return rt.call(block, given) if block else Array(given)


@answers_itself("PTY", "spawn")
def pty_spawn(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    output = told(rt, args)
    given = [stream(rt, output or ""), stream(rt, writable=True), 0]
    return rt.call(block, given) if block else Array(given)


@answers("Kernel", "find_executable")
def find_executable(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    """Of mkmf. Which programs the host has is asked as `which NAME`."""
    found = rt.ran(f"which {escaped(rt.to_s(name))}")
    return Str(found.strip()) if found else None


@answers_itself("IO", "popen")
def popen(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    modes = ("r", "w", "r+", "w+", "rb", "rt")
    command = tuple(
        arg for place, arg in enumerate(args) if not (place and isinstance(arg, Str) and arg.s in modes)
    )
    output = told(rt, command)
    made = stream(rt, output or "", writable=True)
    return rt.call(block, [made]) if block else made
