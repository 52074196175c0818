"""What methods written in Python may ask of a running evaluation: calls, errors, bounds, the project's files.

The interpreter implements it; the library (`ruby/library/`) and the host objects only know this contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from serai.loaders.vagrantfile.ruby.values import Module, Proc, Value
from serai.util.errors import SeraiError, Where


class RubyError(Exception):
    """A Ruby exception on its way: `error` is the Object of its class, `where` the place it was raised at."""

    def __init__(self, error: Value, message: str, where: Where | None) -> None:
        super().__init__(message)
        self.error, self.message, self.where = error, message, where


class Bounds(Protocol):
    """What is left of the bounds. Each raises SeraiError (Code.INPUT) with the place when nothing is."""

    def step(self, count: int = 1) -> None: ...
    def grow(self, size: int) -> None:
        """Before a string or a collection of `size` bytes (items × 8) is made: `"a" * 10**9` is refused here."""
        ...

    def printed(self, size: int) -> None: ...


class Files(Protocol):
    """Reading inside the project (and what --allow-read adds), and nothing else. Paths are as the file gives them:
    relative to the working directory, as Ruby has it."""

    def read(self, path: str) -> bytes: ...
    def stat(self, path: str) -> str:
        """ "file", "directory" or "": nothing there, or outside of what may be read, which is refused later."""
        ...

    def listed(self, pattern: str, base: str | None = None) -> list[str]:
        """`Dir.glob`."""
        ...

    def absolute(self, path: str, base: str | None = None) -> str:
        """`File.expand_path`; touches no file. `~` is the user's home."""
        ...


class Runtime(Protocol):
    where: Where
    """The place of the call that runs now."""

    @property
    def file(self) -> Path:
        """The file that runs now (`__FILE__`)."""
        ...

    environ: dict[str, str]
    """`ENV`: a copy; writes stay in it."""
    argv: list[str]
    """`ARGV`: the words of the command line."""
    bounds: Bounds
    files: Files
    worked: bool | None
    """Whether the last command that was asked for was supplied; None before any. `$?` tells it."""
    exit_code: int
    """Its code where it has not worked: 127 where none is run."""
    last_match: Value
    """`$~`, and what `$1` reads: every match that Ruby notes there puts its MatchData here, or None."""

    def call(self, proc: Proc, args: list[Value], me: Value = None) -> Value:
        """Run a block. `break` out of it is handled where the method with the block was called."""
        ...

    def send(self, receiver: Value, name: str, args: list[Value], block: Proc | None = None) -> Value: ...
    def responds(self, receiver: Value, name: str) -> bool: ...
    def to_s(self, value: Value) -> str: ...
    def inspect(self, value: Value) -> str: ...
    def class_of(self, value: Value) -> Module: ...
    def constant(self, name: str) -> Value:
        """A top-level constant, `Vagrant::Util` too."""
        ...

    def raised(self, kind: str, message: str) -> RubyError:
        """A Ruby exception to raise: `raise rt.raised("ArgumentError", "…")`."""
        ...

    def refused(self, what: str, hint: str) -> SeraiError:
        """What serai does not do or know, with the place: never to be rescued by the file."""
        ...

    def warn(self, text: str, hint: str = "") -> None:
        """One warning for the person, with the place; the same text at the same place once."""
        ...

    def say(self, text: str) -> None:
        """What the file prints (`puts`)."""
        ...

    def ran(self, command: str) -> str | None:
        """What a backtick, `system`, … is answered with: what --with supplied, else None (and a warning)."""
        ...

    def load(self, path: str, *, once: bool) -> bool:
        """`load`, `require_relative` and `require` of a file of the project."""
        ...

    def evaluate(self, text: str, binding: Value, name: str, line: int = 1) -> Value:
        """Run Ruby that is not a file (what ERB makes of a template) in a `binding`; None is the top level's."""
        ...


Parts = Mapping[str, Callable[..., Value]]
