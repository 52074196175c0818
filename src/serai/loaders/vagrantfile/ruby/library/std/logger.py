"""Logger: its lines go where the file's own output goes."""

from __future__ import annotations

import os
import time

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std import moment
from serai.loaders.vagrantfile.ruby.library.std.paths import not_done
from serai.loaders.vagrantfile.ruby.library.std.strftime import strftime
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Sym, Value

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL", "UNKNOWN")

declare("Logger")
declare("Logger::Formatter")
declare("Logger::Severity", None)
declare("Log4r", None)
declare("Log4r::Logger", "Logger")
for _number, _level in enumerate(LEVELS):
    for _kind in ("Logger", "Logger::Severity"):
        CONSTANTS[f"{_kind}::{_level}"] = lambda number=_number: number  # type: ignore[misc]


class Log:
    """Where the lines go (None: nowhere), from which level on, and how they look."""

    __slots__ = ("formatter", "level", "name", "pattern", "to")

    def __init__(self, to: Value, level: int, name: Value) -> None:
        self.to, self.level, self.name = to, level, name
        self.formatter: Value = None
        self.pattern = ""


def level_of(rt: Runtime, value: Value) -> int:
    if isinstance(value, int):
        return value
    name = rt.to_s(value).upper()
    if name not in LEVELS:
        raise rt.raised("ArgumentError", f"invalid log level: {rt.to_s(value)}")
    return LEVELS.index(name)


@answers_itself("Logger", "new")
def new(rt: Runtime, me: Value, block: Block, to: Value = None, *more: Value) -> Value:
    _, named = split_named(rt, more, "level", "progname", "formatter", "datetime_format", "shift_period_suffix")
    if isinstance(to, Str) and me.name == "Logger":
        not_done(rt, f"{to.s} is not written")
        to = None
    log = Log(None if isinstance(to, Str) else to, level_of(rt, named.get("level", 0)), named.get("progname"))
    log.formatter = named.get("formatter")
    return Object(me, log)


def write(rt: Runtime, me: Value, level: int, said: Value, block: Block) -> bool:
    log: Log = me.data
    if level < log.level or log.to is None:
        return True
    name = log.name
    if said is None:
        said = rt.call(block, []) if block else name
    elif block is not None:
        name, said = said, rt.call(block, [])
    if log.formatter is not None:
        now = rt.send(rt.constant("Time"), "now", [])
        line = rt.to_s(rt.send(log.formatter, "call", [Str(LEVELS[level]), now, name, said]))
    else:
        shown = strftime(moment.local(rt, time.time_ns()), log.pattern or "%Y-%m-%dT%H:%M:%S.%6N")
        word = "ANY" if LEVELS[level] == "UNKNOWN" else LEVELS[level]
        content = said.s if isinstance(said, Str) else rt.inspect(said)
        line = f"{word[0]}, [{shown} #{os.getpid()}] {word:>5} -- {rt.to_s(name)}: {content}\n"
    rt.send(log.to, "write", [Str(line)])
    return True


def logs(number: int, name: str) -> None:
    @answers("Logger", name)
    def logged(rt: Runtime, me: Value, block: Block, said: Value = None) -> Value:
        return write(rt, me, number, said, block)

    @answers("Logger", f"{name}?")
    def is_logged(rt: Runtime, me: Value, block: Block) -> Value:
        return me.data.level <= number


for _number, _name in enumerate(LEVELS):
    logs(_number, _name.lower())


@answers("Logger", "add", "log")
def add(rt: Runtime, me: Value, block: Block, level: Value, said: Value = None, name: Value = None) -> Value:
    return write(rt, me, level_of(rt, level), said if truthy(said) else name, block)


@answers("Logger", "<<")
def append(rt: Runtime, me: Value, block: Block, said: Value) -> Value:
    if me.data.to is not None:
        rt.send(me.data.to, "write", [said])
    return me


@answers("Logger", "level")
def level(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.level


@answers("Logger", "level=")
def set_level(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    me.data.level = level_of(rt, value)
    return value


@answers("Logger", "formatter=")
def set_formatter(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    me.data.formatter = value
    return value


@answers("Logger", "progname=")
def set_name(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    me.data.name = value
    return value


@answers("Logger", "progname")
def name_of(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.name


@answers("Logger", "datetime_format=")
def set_pattern(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    me.data.pattern = rt.to_s(value)
    return value


@answers("Logger", "outputters=", "close", "reopen")
def nothing(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return None


@answers_itself("Log4r::Logger", "[]", "root", "global")
def log4r(rt: Runtime, me: Value, block: Block, *names: Value) -> Value:
    return Object(me, Log(None, 0, Sym("log4r")))
