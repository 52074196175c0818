"""What a running piece of Ruby stands on: its variables, self, its method, and the jumps out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serai.loaders.vagrantfile.ruby.values import Builtin, Module, Proc, Value


class Nest:
    """The classes and modules that a place is written in, from the inside out (Ruby's cref)."""

    __slots__ = ("lexical", "module", "outer", "visibility")

    def __init__(self, module: Module, outer: Nest | None, lexical: bool = True) -> None:
        self.module, self.outer = module, outer
        self.visibility = "public"
        """Of what `def` makes from here on; "module_function" is one of them."""
        self.lexical = lexical
        """False for what `class_eval` and `instance_eval` open: methods go there, constants are not looked for."""


class Frame:
    """The variables of a method, block, class body or file. `home` is the frame of the method around a block."""

    __slots__ = ("args", "block", "home", "me", "method", "nest", "up", "v")

    block: Proc | None
    """Of a method: the block that it was given. Of a block: the Proc that runs."""
    method: Method | None
    args: list[Value]

    def __init__(self, v: list[Value], up: Frame | None, me: Value, home: Frame | None, nest: Nest) -> None:
        self.v = v
        self.up = up
        self.me = me
        self.home: Frame = self if home is None else home
        self.nest = nest


class Method:
    """A method as it is found: `call` is a Builtin, whoever wrote it."""

    __slots__ = ("arity", "call", "name", "of_file", "owner", "parameters", "visibility")

    def __init__(self, name: str, call: Builtin, owner: Module, *, of_file: bool = False,
                 visibility: str = "public", arity: int = -1) -> None:  # fmt: skip
        self.name, self.call, self.owner, self.of_file = name, call, owner, of_file
        self.visibility, self.arity = visibility, arity
        self.parameters: tuple[tuple[str, str], ...] = ()

    def copy(self, name: str | None = None, visibility: str | None = None, owner: Module | None = None) -> Method:
        made = Method(name or self.name, self.call, owner or self.owner, of_file=self.of_file, arity=self.arity)
        made.visibility = visibility or self.visibility
        made.parameters = self.parameters
        return made


class Block(Proc):
    """A Proc that the file wrote: it can be made again for another class to define methods in."""

    __slots__ = ("frame", "make")

    frame: Frame
    make: Callable[[Frame], Block]

    def inside(self, nest: Nest) -> Block:
        """The same block, where `def` defines in `nest`."""
        old = self.frame
        frame = Frame(old.v, old.up, old.me, old.home, nest)
        frame.block = getattr(old, "block", None)
        made = self.make(frame)
        made.is_lambda = self.is_lambda
        return made


class Binding:
    """What `binding` gives: a frame, and the names that are known in it."""

    __slots__ = ("frame", "scope")

    def __init__(self, frame: Frame, scope: Any) -> None:
        self.frame, self.scope = frame, scope


class Jump(BaseException):
    """Leaving a block, method or loop from inside. Not an Exception: no `except` but the meant one stops it."""

    def __init__(self, target: Any, value: Value) -> None:
        self.target, self.value = target, value


class Break(Jump):
    """`break` out of a block: the call that the block was given to returns."""


class Next(Jump):
    """`next`: the block returns."""


class Return(Jump):
    """`return` inside a method: `target` is its frame."""


class Throw(Jump):
    """`throw tag, value`."""


class LoopBreak(Jump):
    """`break` inside while, until or for."""


class LoopNext(Jump):
    """`next` inside while, until or for."""


class Retry(Jump):
    """`retry` inside rescue."""
