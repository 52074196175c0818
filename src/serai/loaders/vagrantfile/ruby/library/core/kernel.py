"""Kernel: what is printed, conversions by name, and what a file asks of the world around it."""

from __future__ import annotations

from math import isfinite

from serai.loaders.vagrantfile.ruby.library.core.convert import small, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, kind_name, need, split_named
from serai.loaders.vagrantfile.ruby.library.core.equality import same
from serai.loaders.vagrantfile.ruby.library.core.format import formatted
from serai.loaders.vagrantfile.ruby.library.core.numbers_in_text import to_float, to_integer
from serai.loaders.vagrantfile.ruby.library.register import INSTANCE, OWN
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Range, Str, Value


def lines_of(rt: Runtime, values: tuple[Value, ...], inside: tuple[int, ...] = ()) -> str:
    """What `puts` writes: each value on a line, arrays item by item."""
    if not values and not inside:
        return "\n"
    written = []
    for value in values:
        if isinstance(value, Array):
            written.append("[...]\n" if id(value) in inside else lines_of(rt, tuple(value), (*inside, id(value))))
            if not value and not inside:
                written[-1] = "\n"
            continue
        told = rt.to_s(value)
        written.append(told if told.endswith("\n") else told + "\n")
    return "".join(written)


def say(rt: Runtime, told: str) -> None:
    rt.say(told.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


@answers("Kernel", "puts")
def puts(rt: Runtime, me: Value, block: Block, *values: Value) -> Value:
    say(rt, lines_of(rt, values))
    return None


@answers("Kernel", "print")
def print_(rt: Runtime, me: Value, block: Block, *values: Value) -> Value:
    say(rt, "".join(rt.to_s(value) for value in values))
    return None


@answers("Kernel", "p")
def p(rt: Runtime, me: Value, block: Block, *values: Value) -> Value:
    say(rt, "".join(rt.inspect(value) + "\n" for value in values))
    return None if not values else values[0] if len(values) == 1 else Array(values)


@answers("Kernel", "pp")
def pp(rt: Runtime, me: Value, block: Block, *values: Value) -> Value:
    say(rt, "".join("\n".join(laid_out(rt, value, 0, 0)) + "\n" for value in values))
    return None if not values else values[0] if len(values) == 1 else Array(values)


WIDTH = 79
"""Columns that `pp` fills. Source: Ruby's pp.rb."""


def laid_out(rt: Runtime, value: Value, indent: int, used: int) -> list[str]:
    """The lines of `pp`; `used` columns are taken after the value."""
    plain = rt.inspect(value)
    if len(plain) + indent + used <= WIDTH or not isinstance(value, Array | Hash) or not len(value):
        return [plain]
    brackets = "[]" if isinstance(value, Array) else "{}"
    items = list(value) if isinstance(value, Array) else list(value.items())
    lines: list[str] = []
    for at, item in enumerate(items):
        last = 1 + (used if at == len(items) - 1 else 0)
        told = laid_out(rt, item, indent + 1, last) if isinstance(value, Array) else _laid_out_pair(
            rt, item, indent + 1, last
        )  # fmt: skip
        told[0] = (brackets[0] if at == 0 else " ") + told[0]
        told[1:] = [" " + line for line in told[1:]]
        told[-1] += "," if at < len(items) - 1 else brackets[1]
        lines += told
    return lines


def _laid_out_pair(rt: Runtime, pair: tuple[Value, Value], indent: int, used: int) -> list[str]:
    key = rt.inspect(pair[0]) + "=>"
    plain = rt.inspect(pair[1])
    if indent + len(key) + len(plain) + used <= WIDTH:
        return [key + plain]
    return [key, *(" " + line for line in laid_out(rt, pair[1], indent + 1, used))]


@answers("Kernel", "printf")
def printf(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if args:
        say(rt, formatted(rt, text(rt, args[0]), list(args[1:])))
    return None


@answers("Kernel", "putc")
def putc(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    say(rt, value.s[:1] if isinstance(value, Str) else chr(to_integer(rt, value) & 0xFF))
    return value


@answers("Kernel", "display")
def display(rt: Runtime, me: Value, block: Block) -> Value:
    say(rt, rt.to_s(me))
    return None


@answers("Kernel", "format", "sprintf")
def format_(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if not args:
        raise rt.raised("ArgumentError", "too few arguments")
    return Str(formatted(rt, text(rt, args[0]), list(args[1:])))


def _strict(named: dict[str, Value]) -> bool:
    return truthy(named.get("exception", True))


@answers("Kernel", "Integer")
def integer_of(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    by_place, named = split_named(rt, args, "exception")
    need(rt, by_place, 1, 2)
    base = small(rt, by_place[1]) if len(by_place) > 1 and by_place[1] is not None else 0
    if base < 0 or base == 1 or base > 36:
        raise rt.raised("ArgumentError", f"invalid radix {base}")
    try:
        if base and not isinstance(by_place[0], Str):
            raise rt.raised("ArgumentError", "base specified for non string value")
        return to_integer(rt, by_place[0], base)
    except RubyError:
        if _strict(named):
            raise
        return None


@answers("Kernel", "Float")
def float_of(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    by_place, named = split_named(rt, args, "exception")
    need(rt, by_place, 1, 1)
    try:
        return to_float(rt, by_place[0])
    except RubyError:
        if _strict(named):
            raise
        return None


@answers("Kernel", "String")
def string_of(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value if isinstance(value, Str) else Str(rt.to_s(value))


@answers("Kernel", "Array")
def array_of(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    if value is None:
        return Array()
    if isinstance(value, Array):
        return value
    if isinstance(value, Hash | Range) or (not hasattr(value, "ruby_send") and rt.responds(value, "to_a")):
        return rt.send(value, "to_a", [])
    return Array([value])


@answers("Kernel", "Hash")
def hash_of(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    if value is None or (isinstance(value, Array) and not value):
        return Hash()
    if isinstance(value, Hash):
        return value
    if rt.responds(value, "to_hash") and not hasattr(value, "ruby_send"):
        return rt.send(value, "to_hash", [])
    raise rt.raised("TypeError", f"can't convert {kind_name(rt, value)} into Hash")


@answers("Kernel", "!~")
def no_match(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return not truthy(rt.send(me, "=~", [other]))


@answers("Kernel", "<=>")
def spaceship(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return 0 if same(rt, me, other) else None


@answers("Kernel", "sleep")
def sleep(rt: Runtime, me: Value, block: Block, seconds: Value = GONE) -> Value:
    """A file that is read waits for nothing."""
    return round(seconds) if isinstance(seconds, int | float) and isfinite(seconds) else 0


@answers("Kernel", "autoload")
def autoload(rt: Runtime, me: Value, block: Block, name: Value, path: Value) -> Value:
    raise rt.refused("autoload", "require the file where it is needed")


for _name in ("puts", "print", "p", "pp", "printf", "putc", "format", "sprintf", "Integer", "Float", "String",
              "Array", "Hash", "sleep", "rand", "srand"):  # fmt: skip
    if _name in INSTANCE["Kernel"]:
        OWN.setdefault("Kernel", {})[_name] = INSTANCE["Kernel"][_name]
