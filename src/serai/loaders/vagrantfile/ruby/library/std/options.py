"""OptionParser and GetoptLong: the words of the command line, as the file declares them."""

from __future__ import annotations

import re
from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.core.convert import array, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, Function, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Object, Proc, Str, Sym, Value

declare("GetoptLong", "Object", "Enumerable")
declare("GetoptLong::Error", "StandardError")
for _name in ("InvalidOption", "MissingArgument", "NeedlessArgument", "AmbiguousOption"):
    declare(f"GetoptLong::{_name}", "GetoptLong::Error")
NONE, REQUIRED, OPTIONAL = 0, 1, 2
for _name, _value in {
    "NO_ARGUMENT": NONE,
    "REQUIRED_ARGUMENT": REQUIRED,
    "OPTIONAL_ARGUMENT": OPTIONAL,
    "REQUIRE_ORDER": 0,
    "PERMUTE": 1,
    "RETURN_IN_ORDER": 2,
}.items():
    CONSTANTS[f"GetoptLong::{_name}"] = lambda value=_value: value  # type: ignore[misc]
for _name in ("OptionParser", "OptParse"):
    declare(_name)
declare("OptionParser::ParseError", "RuntimeError")
for _name in ("InvalidOption", "MissingArgument", "InvalidArgument", "AmbiguousOption", "NeedlessArgument"):
    declare(f"OptionParser::{_name}", "OptionParser::ParseError")


class Options:
    """What GetoptLong was told: option → (its first name, whether it takes an argument)."""

    __slots__ = ("known", "ordering")

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, int]] = {}
        self.ordering = 1


@answers_itself("GetoptLong", "new")
def new(rt: Runtime, me: Value, block: Block, *listed: Value) -> Value:
    made = Options()
    for words in (array(rt, one) for one in listed):
        names = [word.s for word in words if isinstance(word, Str)]
        kinds = [word for word in words if isinstance(word, int)]
        if not names or len(kinds) != 1:
            raise rt.raised("ArgumentError", f"the option list is wrong: {rt.inspect(words)}")
        made.known.update(dict.fromkeys(names, (names[0], kinds[0])))
    return Object(me, made)


@answers("GetoptLong", "quiet=", "ordering=")
def told(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value


def taken(rt: Runtime, me: Value) -> list[tuple[str, str]]:
    """The options among ARGV, which loses them."""
    known = me.data.known
    words = rt.constant("ARGV")
    rest: list[Value] = []
    found: list[tuple[str, str]] = []
    while words:
        word = words.pop(0)
        if word.s == "--":
            rest += words
            del words[:]
        elif re.match(r"--.|-[^-]", word.s):
            name, equals, given = word.s.partition("=")
            if name not in known and not name.startswith("--") and len(name) > 2:
                name, given, equals = name[:2], name[2:], "="
            if name not in known:
                words[:0] = [*rest, word]
                raise rt.raised("GetoptLong::InvalidOption", f"unrecognized option `{name}'")
            first, kind = known[name]
            if kind == REQUIRED and not equals:
                if not words:
                    raise rt.raised("GetoptLong::MissingArgument", f"option `{name}' requires an argument")
                given = words.pop(0).s
            elif kind == OPTIONAL and not equals and words and not words[0].s.startswith("-"):
                given = words.pop(0).s
            found.append((first, given))
        else:
            rest.append(word)
    words.extend(rest)
    return found


@answers("GetoptLong", "each", "each_option")
def each(rt: Runtime, me: Value, block: Block) -> Value:
    for name, given in taken(rt, me):
        if block is not None:
            rt.call(block, [Str(name), Str(given)])
    return me


@answers("GetoptLong", "get", "get_option")
def get(rt: Runtime, me: Value, block: Block) -> Value:
    waiting: list[tuple[str, str]] = me.variables.setdefault("__waiting__", taken(rt, me))
    return Array(Str(word) for word in waiting.pop(0)) if waiting else None


class Switch:
    """One `on`: names, the shape of its argument, its type, what it is described by, and its block."""

    __slots__ = ("argument", "block", "kind", "long", "negative", "optional", "said", "short")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.short: list[str] = []
        self.long: list[str] = []
        self.negative = self.optional = False
        self.argument = ""
        self.kind: Value = None
        self.said: list[str] = []

    @property
    def key(self) -> str:
        return (self.long or self.short)[0].lstrip("-")


class Parser:
    """What an OptionParser was told."""

    __slots__ = ("banner", "lines", "name", "switches", "version")

    def __init__(self) -> None:
        self.banner = ""
        self.name = "vagrant"
        self.version: Value = None
        self.lines: list[Switch | str] = []
        self.switches: dict[str, Switch] = {}


@answers_itself("OptionParser", "new")
@answers_itself("OptParse", "new")
def new_parser(rt: Runtime, me: Value, block: Block, banner: Value = None, *more: Value) -> Value:
    made = Object(me, Parser())
    if isinstance(banner, Str):
        made.data.banner = banner.s
    if block is not None:
        rt.call(block, [made])
    return made


def answers_parser(*names: str) -> Callable[[Function], Function]:
    """Enter for both names of the class."""

    def enter(function: Function) -> Function:
        answers("OptionParser", *names)(function)
        answers("OptParse", *names)(function)
        return function

    return enter


@answers_parser("on", "def_option", "define", "on_tail", "on_head")
def on(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    switch = Switch(block)
    for arg in args:
        if isinstance(arg, Module | Array | Hash):
            switch.kind = arg
        elif isinstance(arg, Str) and arg.s.startswith("-"):
            named(switch, arg.s)
        elif isinstance(arg, Str):
            switch.said.append(arg.s)
        elif isinstance(arg, Proc):
            switch.block = arg
    for name in (*switch.short, *switch.long):
        me.data.switches[name] = switch
    me.data.lines.append(switch)
    return me


def named(switch: Switch, said: str) -> None:
    found = re.match(r"(-[^-\s=\[]|--(?:\[no-\])?[^\s=\[]+)\s*=?(.*)", said)
    if found is None:
        return
    name, argument = found[1], found[2].strip()
    if name.startswith("--"):
        if name.startswith("--[no-]"):
            switch.negative = True
            name = f"--{name.removeprefix('--[no-]')}"
            switch.long.append(name)
            switch.long.append(f"--no-{name[2:]}")
        else:
            switch.long.append(name)
    else:
        switch.short.append(name)
    if argument:
        switch.argument, switch.optional = argument, argument.startswith("[")


@answers_parser("separator")
def separator(rt: Runtime, me: Value, block: Block, said: Value = None) -> Value:
    me.data.lines.append("" if said is None else rt.to_s(said))
    return None


@answers_parser("banner=")
def set_banner(rt: Runtime, me: Value, block: Block, said: Value) -> Value:
    me.data.banner = rt.to_s(said)
    return said


@answers_parser("banner")
def banner(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.banner or f"Usage: {me.data.name} [options]")


@answers_parser("program_name=", "version=", "release=", "summary_width=", "summary_indent=")
def set_other(rt: Runtime, me: Value, block: Block, said: Value) -> Value:
    return said


@answers_parser("to_s", "help")
def help_(rt: Runtime, me: Value, block: Block) -> Value:
    lines = [rt.to_s(banner(rt, me, None))]
    for line in me.data.lines:
        if isinstance(line, str):
            lines.append(line)
            continue
        longs = [name for name in line.long if not (line.negative and name.startswith("--no-"))]
        shown = [f"--[no-]{name[2:]}" if line.negative else name for name in longs]
        names = ", ".join([*line.short, *shown]) if line.short else "    " + ", ".join(shown)
        if line.argument:
            names += f" {line.argument}"
        first = line.said[0] if line.said else ""
        lines.append(f"    {names.ljust(32)} {first}".rstrip() if len(names) <= 32 else f"    {names}")
        if len(names) > 32 and first:
            lines.append(" " * 37 + first)
        lines += [" " * 37 + said for said in line.said[1:]]
    return Str("\n".join(lines) + "\n")


def converted(rt: Runtime, switch: Switch, name: str, given: str) -> Value:
    """The argument in the type that `on` was given."""
    kind = switch.kind
    word = kind.name if isinstance(kind, Module) else ""
    if word == "Integer" and re.fullmatch(r"[-+]?\d+", given):
        return int(given)
    if word in ("Float", "Numeric") and re.fullmatch(r"[-+]?\d+(\.\d+)?", given):
        return float(given) if word == "Float" or "." in given else int(given)
    if word == "Array":
        return Array(Str(part) for part in given.split(","))
    if word == "Symbol":
        return Sym(given)
    listed = list(kind.keys()) if isinstance(kind, Hash) else kind if isinstance(kind, Array) else None
    if listed is not None:
        found = [one for one in listed if rt.to_s(one).startswith(given)]
        if found:
            return kind.get(found[0]) if isinstance(kind, Hash) else found[0]
    if word in ("Integer", "Float", "Numeric") or listed is not None:
        raise rt.raised("OptionParser::InvalidArgument", f"invalid argument: {name} {given}")
    return Str(given)


def parsed(rt: Runtime, me: Value, words: list[Value], into: Value) -> list[Value]:
    """Runs the blocks of the options, and gives the words that are none. Raises OptionParser's errors."""
    rest: list[Value] = []
    while words:
        word = Str(text(rt, words.pop(0)))
        if word.s == "--":
            return [*rest, *words]
        if not word.s.startswith("-") or word.s == "-":
            rest.append(word)
            continue
        name, equals, given = word.s.partition("=")
        if not name.startswith("--") and len(name) > 2:
            name, given, equals = word.s[:2], word.s[2:], "="
        switch = me.data.switches.get(name) or _abbreviated(me.data, name)
        if switch is None:
            raise rt.raised("OptionParser::InvalidOption", f"invalid option: {word.s}")
        value: Value = not name.startswith("--no-") or not switch.negative
        if switch.argument and value:
            if not equals and not switch.optional and not words:
                raise rt.raised("OptionParser::MissingArgument", f"missing argument: {name}")
            if not equals and words and not (switch.optional and rt.to_s(words[0]).startswith("-")):
                given, equals = text(rt, words.pop(0)), "="
            value = converted(rt, switch, name, given) if equals else None
        if into is not None:
            into[Sym(switch.key)] = value
        if switch.block is not None:
            rt.call(switch.block, [value])
    return rest


def _abbreviated(parser: Parser, name: str) -> Switch | None:
    found = {id(switch): switch for known, switch in parser.switches.items() if known.startswith(name)}
    return next(iter(found.values())) if len(found) == 1 and name.startswith("--") else None


def asked(rt: Runtime, args: tuple[Value, ...]) -> tuple[Array, Value]:
    into = args[-1].get(Sym("into")) if args and isinstance(args[-1], Hash) and args[-1].keywords else None
    words = [arg for arg in args if not isinstance(arg, Hash)]
    if not words:
        return rt.constant("ARGV"), into
    return words[0] if isinstance(words[0], Array) else Array(words), into


@answers_parser("parse!", "permute!", "order!")
def parse_in_place(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    words, into = asked(rt, args)
    rest = parsed(rt, me, words, into)
    words[:] = rest
    return words


@answers_parser("parse", "permute", "order")
def parse(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    words, into = asked(rt, args)
    return Array(parsed(rt, me, list(words), into))
