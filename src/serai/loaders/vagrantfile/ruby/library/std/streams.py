"""IO: $stdout and $stderr print for the person, $stdin is empty, a file that is open is its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, Function, answers, split_named
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, INSTANCE, declare
from serai.loaders.vagrantfile.ruby.library.std.paths import encoded
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Proc, Str, Value

declare("IO", "Object", "Enumerable")
for _name, _value in {"SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2}.items():
    CONSTANTS[f"IO::{_name}"] = lambda value=_value: value  # type: ignore[misc]


class Stream:
    """A text with a place in it. `number` is the file descriptor: 0 is empty, 1 and 2 print."""

    __slots__ = ("at", "closed", "line", "name", "number", "text", "writable")

    def __init__(self, content: str | Str, *, name: str = "", writable: bool = False, number: int = 5) -> None:
        self.text = content if isinstance(content, Str) else Str(content)
        self.name, self.writable, self.number = name, writable, number
        self.at = self.line = 0
        self.closed = False

    def rest(self) -> str:
        return self.text.s[self.at :]


class Standard:
    """STDIN, STDOUT or STDERR."""

    ruby_class: ClassVar[str] = "IO"

    def __init__(self, number: int) -> None:
        self.data = Stream(
            "", name=("<STDIN>", "<STDOUT>", "<STDERR>")[number], writable=number > 0, number=number
        )

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        found = INSTANCE["IO"].get(name)
        if found is None:
            raise rt.raised("NoMethodError", f"undefined method `{name}' for #<IO:{self.data.name}>")
        return found(rt, self, args, block)


for _number, _name in enumerate(("STDIN", "STDOUT", "STDERR")):
    CONSTANTS[_name] = lambda number=_number: Standard(number)  # type: ignore[misc]


def opened(rt: Runtime, stream: Stream, block: Block, kind: str) -> Value:
    """What `open` gives: the object, or what its block answers."""
    made = Object(rt.constant(kind), stream)
    if block is None:
        return made
    try:
        return rt.call(block, [made])
    finally:
        stream.closed = True


def cut(content: str, separator: str | None, limit: int | None, chomp: bool) -> tuple[str, int]:
    """The first line of it, and how many letters it takes."""
    if separator is None:
        end, found = len(content), ""
    elif separator == "":
        place = content.find("\n\n")
        end, found = (len(content), "") if place < 0 else (place + 2, "\n\n")
    else:
        place = content.find(separator)
        end, found = (len(content), "") if place < 0 else (place + len(separator), separator)
    if limit is not None and limit < end:
        return content[:limit], limit
    taken = end
    if separator == "":
        while taken < len(content) and content[taken] == "\n":
            taken += 1
    if chomp and found:
        line = content[: end - len(found)]
        return line.removesuffix("\r") if separator == "\n" else line, taken
    return content[:end], taken


def manner(rt: Runtime, args: Sequence[Value]) -> tuple[str | None, int | None, bool]:
    """Separator, limit and `chomp:` of what reads lines."""
    places, named = split_named(rt, args, "chomp", "encoding", "mode", "external_encoding")
    separator: str | None = "\n"
    limit = None
    for value in places:
        if value is None:
            separator = None
        elif isinstance(value, Str):
            separator = value.s
        else:
            limit = integer(rt, value)
    if limit == 0:
        raise rt.raised("ArgumentError", "invalid limit: 0 for readlines")
    if limit is not None and limit < 0:
        limit = None
    return separator, limit, truthy(named.get("chomp"))


def lines_of(rt: Runtime, content: str, args: Sequence[Value]) -> list[Value]:
    separator, limit, chomp = manner(rt, args)
    rt.bounds.step(content.count("\n"))
    rt.bounds.grow(len(content))
    found: list[Value] = []
    at = 0
    while at < len(content):
        # Lines are short: a window keeps the cutting of a long text linear.
        window = content[at:] if separator != "\n" else content[at : (content.find("\n", at) + 1) or len(content)]
        line, taken = cut(window, separator, limit, chomp)
        if not taken:
            break
        found.append(Str(line))
        at += taken
    return found


def put(rt: Runtime, me: Value, content: str) -> None:
    """Write: to the person, or into the text."""
    stream: Stream = me.data
    if stream.closed:
        raise rt.raised("IOError", "closed stream" if not stream.number else "not opened for writing")
    if not stream.writable:
        raise rt.raised("IOError", "not opened for writing")
    if stream.number in (1, 2):
        rt.say(content)
        return
    rt.bounds.grow(len(content))
    before = stream.text.s
    rt.bounds.step(len(before) >> 12)  # the text is copied: that is time, too
    if stream.at > len(before):
        before += "\0" * (stream.at - len(before))
    stream.text.s = before[: stream.at] + content + before[stream.at + len(content) :]
    stream.at += len(content)


def reading(rt: Runtime, me: Value) -> Stream:
    stream: Stream = me.data
    if stream.closed:
        raise rt.raised("IOError", "closed stream" if stream.name else "not opened for reading")
    if stream.number == 0:
        rt.warn("the file waits for input: it gets none, as if it had ended", "give what it asks for in ENV")
    elif stream.number in (1, 2):
        raise rt.raised("IOError", "not opened for reading")
    return stream


def for_streams(*names: str) -> Callable[[Function], Function]:
    """Enter for IO and for StringIO."""

    def enter(function: Function) -> Function:
        answers("IO", *names)(function)
        answers("StringIO", *names)(function)
        return function

    return enter


def put_line(rt: Runtime, me: Value, value: Value) -> None:
    if isinstance(value, Array):
        for item in value:
            put_line(rt, me, item)
        return
    line = rt.to_s(value)
    put(rt, me, line if line.endswith("\n") else f"{line}\n")


@for_streams("puts")
def puts(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    for value in args:
        put_line(rt, me, value)
    if not args:
        put(rt, me, "\n")
    return None


@for_streams("print")
def print_(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    put(rt, me, "".join(rt.to_s(value) for value in args))
    return None


@for_streams("write", "syswrite", "write_nonblock")
def write(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    content = "".join(rt.to_s(value) for value in args)
    put(rt, me, content)
    return len(encoded(content))


@for_streams("<<")
def append(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    put(rt, me, rt.to_s(value))
    return me


@for_streams("printf")
def printf(rt: Runtime, me: Value, block: Block, pattern: Value, *args: Value) -> Value:
    put(rt, me, rt.to_s(rt.send(pattern, "%", [Array(args)])))
    return None


@for_streams("putc")
def putc(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    put(rt, me, chr(value % 256) if isinstance(value, int) else text(rt, value)[:1])
    return value


@for_streams("pp", "p")
def pp(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    for value in args:
        put(rt, me, f"{rt.inspect(value)}\n")
    return args[0] if len(args) == 1 else Array(args) if args else None


@for_streams("read", "sysread", "readpartial", "read_nonblock")
def read(rt: Runtime, me: Value, block: Block, length: Value = None, buffer: Value = None) -> Value:
    stream = reading(rt, me)
    rest = stream.rest()
    if length is None:
        stream.at = len(stream.text.s)
        return Str(rest)
    count = integer(rt, length)
    if not rest and count:
        return None
    stream.at += min(count, len(rest))
    return Str(rest[:count])


def next_line(rt: Runtime, me: Value, args: Sequence[Value]) -> Value:
    stream = reading(rt, me)
    if stream.at >= len(stream.text.s):
        return None
    line, taken = cut(stream.rest(), *manner(rt, args))
    stream.at += taken
    stream.line += 1
    return Str(line)


@for_streams("gets")
def gets(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return next_line(rt, me, args)


@for_streams("readline")
def readline(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    found = next_line(rt, me, args)
    if found is None:
        raise rt.raised("EOFError", "end of file reached")
    return found


@for_streams("readlines", "to_a")
def readlines(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    stream = reading(rt, me)
    found = lines_of(rt, stream.rest(), args)
    stream.at = len(stream.text.s)
    stream.line += len(found)
    return Array(found)


@for_streams("each_line", "each")
def each_line(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "each_line", *args)
    stream = reading(rt, me)
    for line in lines_of(rt, stream.rest(), args):
        stream.at += len(line.s)
        stream.line += 1
        rt.call(block, [line])
    stream.at = len(stream.text.s)
    return me


@for_streams("each_char")
def each_char(rt: Runtime, me: Value, block: Block) -> Value:
    stream = reading(rt, me)
    rest = stream.rest()
    stream.at = len(stream.text.s)
    return rt.send(Str(rest), "each_char", [], block)


@for_streams("getc", "readchar", "getch")
def getc(rt: Runtime, me: Value, block: Block) -> Value:
    stream = reading(rt, me)
    found = stream.rest()[:1]
    stream.at += len(found)
    return Str(found) if found else None


@for_streams("eof?", "eof")
def is_at_end(rt: Runtime, me: Value, block: Block) -> Value:
    stream = reading(rt, me)
    return stream.at >= len(stream.text.s)


@for_streams("rewind")
def rewind(rt: Runtime, me: Value, block: Block) -> Value:
    me.data.at = me.data.line = 0
    return 0


@for_streams("seek", "sysseek")
def seek(rt: Runtime, me: Value, block: Block, place: Value, start: Value = 0) -> Value:
    stream: Stream = me.data
    before = {1: stream.at, 2: len(stream.text.s)}.get(integer(rt, start), 0)
    stream.at = before + integer(rt, place)
    return 0


@for_streams("pos", "tell")
def pos(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.at


@for_streams("pos=")
def set_pos(rt: Runtime, me: Value, block: Block, place: Value) -> Value:
    me.data.at = integer(rt, place)
    return place


@for_streams("lineno")
def lineno(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.line


@for_streams("size", "length")
def size(rt: Runtime, me: Value, block: Block) -> Value:
    return len(encoded(me.data.text.s))


@for_streams("close", "close_write", "close_read")
def close(rt: Runtime, me: Value, block: Block) -> Value:
    me.data.closed = me.data.number > 2
    return None


@for_streams("closed?")
def is_closed(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.closed


@for_streams("path", "to_path")
def path(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.name)


@for_streams("fileno", "to_i")
def fileno(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.number


@for_streams("tty?", "isatty", "sync", "autoclose?")
def is_terminal(rt: Runtime, me: Value, block: Block) -> Value:
    """What the file prints goes through serai: no terminal of its own."""
    return False


@for_streams("flush", "binmode", "set_encoding", "reopen", "set_encoding_by_bom", "fdatasync", "to_io")
def unchanged(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return me


@for_streams("sync=", "autoclose=", "lineno=", "external_encoding=")
def told(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value


@for_streams("fsync", "flock", "truncate", "chmod")
def zero(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return 0


@for_streams("winsize")
def winsize(rt: Runtime, me: Value, block: Block) -> Value:
    return Array((24, 80))


@for_streams("noecho", "raw", "cooked")
def noecho(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return rt.call(block, [me]) if block else None


@for_streams("getpass")
def getpass(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    reading(rt, me)
    return None
