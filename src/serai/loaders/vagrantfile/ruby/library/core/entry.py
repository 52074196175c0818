"""How a method of Ruby is written as a Python function: one parameter for each argument that it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from serai.loaders.vagrantfile.ruby.library.register import method, own
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Builtin, Hash, Proc, Sym, Value

Block = Proc | None

GONE: Any = type("Gone", (), {"__repr__": lambda _: "GONE"})()
"""The default of an argument that was not given, where nil would be something else."""

Function = TypeVar("Function", bound=Callable[..., Value])
CO_VARARGS = 0x04
"""In a code object's flags: it has *args. `inspect` has the name, and takes 8 ms to import."""
BEFORE_ARGUMENTS = 3
"""Parameters of each such function before Ruby's own: the runtime, the receiver, the block."""


def answers(kind: str, *names: str) -> Callable[[Function], Function]:
    """Enter `function(rt, me, block, *arguments)` for instances: too few or too many are Ruby's ArgumentError."""

    def enter(function: Function) -> Function:
        method(kind, *names)(counted(function))
        return function

    return enter


def answers_itself(kind: str, *names: str) -> Callable[[Function], Function]:
    """The same for the class or module itself."""

    def enter(function: Function) -> Function:
        own(kind, *names)(counted(function))
        return function

    return enter


def counted(function: Callable[..., Value]) -> Builtin:
    """The function as a Builtin that holds the number of its arguments."""
    code = function.__code__
    most = code.co_argcount - BEFORE_ARGUMENTS
    least = most - len(function.__defaults__ or ())
    if code.co_flags & CO_VARARGS:

        def at_least(rt: Runtime, me: Value, args: list[Value], block: Block) -> Value:
            if len(args) < least:
                raise wrong_count(rt, len(args), least, -1)
            return function(rt, me, block, *args)

        return at_least

    def exactly(rt: Runtime, me: Value, args: list[Value], block: Block) -> Value:
        if not least <= len(args) <= most:
            raise wrong_count(rt, len(args), least, most)
        return function(rt, me, block, *args)

    return exactly


def wrong_count(rt: Runtime, given: int, least: int, most: int) -> RubyError:
    """`wrong number of arguments (given 1, expected 0)`; `most` -1: any number above."""
    expected = f"{least}+" if most < 0 else f"{least}" if least == most else f"{least}..{most}"
    return rt.raised("ArgumentError", f"wrong number of arguments (given {given}, expected {expected})")


def need(rt: Runtime, args: Sequence[Value], least: int, most: int) -> None:
    if len(args) < least or len(args) > most >= 0:
        raise wrong_count(rt, len(args), least, most)


def split_named(rt: Runtime, args: Sequence[Value], *known: str) -> tuple[list[Value], dict[str, Value]]:
    """Arguments by place and by name; a name that the method does not have is Ruby's ArgumentError."""
    if not args or not isinstance(args[-1], Hash) or not args[-1].keywords:
        return list(args), {}
    named = {str(key): value for key, value in args[-1].items()}
    unknown = [key for key, _ in args[-1].items() if not isinstance(key, Sym) or str(key) not in known]
    if unknown:
        word = "keyword" if len(unknown) == 1 else "keywords"
        raise rt.raised("ArgumentError", f"unknown {word}: {', '.join(rt.inspect(key) for key in unknown)}")
    return list(args[:-1]), named


def kind_name(rt: Runtime, value: Value) -> str:
    """As Ruby's errors name it: `nil`, `true`, `false`, or the class."""
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    return rt.class_of(value).name


def changeable(rt: Runtime, me: Value) -> None:
    """Raises FrozenError for what is frozen."""
    if me.frozen:
        raise rt.raised("FrozenError", f"can't modify frozen {rt.class_of(me).name}: {rt.inspect(me)}")
