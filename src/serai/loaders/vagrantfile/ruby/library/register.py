"""Where methods written in Python are entered, by the name of the class that they belong to."""

from __future__ import annotations

from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.std.names import LATE as LATE
from serai.loaders.vagrantfile.ruby.library.std.names import REQUIRES as REQUIRES
from serai.loaders.vagrantfile.ruby.library.std.names import STD as STD
from serai.loaders.vagrantfile.ruby.values import Builtin

INSTANCE: dict[str, dict[str, Builtin]] = {}
"""Class or module → method → what answers an instance of it."""
OWN: dict[str, dict[str, Builtin]] = {}
"""Class or module → method → what answers the class itself (`File.read`)."""
CONSTANTS: dict[str, Callable[[], object]] = {}
"""`Float::INFINITY` → what makes it."""

ANCESTORS: dict[str, tuple[str, ...]] = {
    "NilClass": ("NilClass", "Object", "Kernel"),
    "TrueClass": ("TrueClass", "Object", "Kernel"),
    "FalseClass": ("FalseClass", "Object", "Kernel"),
    "Integer": ("Integer", "Numeric", "Comparable", "Object", "Kernel"),
    "Float": ("Float", "Numeric", "Comparable", "Object", "Kernel"),
    "String": ("String", "Comparable", "Object", "Kernel"),
    "Symbol": ("Symbol", "Comparable", "Object", "Kernel"),
    "Array": ("Array", "Enumerable", "Object", "Kernel"),
    "Hash": ("Hash", "Enumerable", "Object", "Kernel"),
    "Range": ("Range", "Enumerable", "Object", "Kernel"),
    "Regexp": ("Regexp", "Object", "Kernel"),
    "MatchData": ("MatchData", "Object", "Kernel"),
    "Proc": ("Proc", "Object", "Kernel"),
    "Enumerator": ("Enumerator", "Enumerable", "Object", "Kernel"),
}
"""In the order in which a method is looked for; `declare` adds to it."""

PARENTS: dict[str, str | None] = {}
"""What `declare` entered → its parent, or None for a module. `rt.constant(name)` makes a Module of each when it is
named first; one with `::` is found inside the one before it."""


def declare(name: str, parent: str | None = "Object", *mixed: str) -> None:
    """Enter a class of the library, or (with None) a module. `mixed` are the modules that it includes."""
    above: tuple[str, ...] = ()
    if parent is not None:
        usual = ("Object", "Kernel") if parent == "Object" else (parent, "Exception", "Object", "Kernel")
        above = ANCESTORS.get(parent, usual)
    ANCESTORS[name] = (name, *mixed, *above)
    PARENTS[name] = parent


def method(kind: str, *names: str) -> Callable[[Builtin], Builtin]:
    """Enter an instance method under each of the names."""

    def enter(function: Builtin) -> Builtin:
        INSTANCE.setdefault(kind, {}).update(dict.fromkeys(names, function))
        return function

    return enter


def own(kind: str, *names: str) -> Callable[[Builtin], Builtin]:
    """Enter a method of the class or module itself under each of the names."""

    def enter(function: Builtin) -> Builtin:
        OWN.setdefault(kind, {}).update(dict.fromkeys(names, function))
        return function

    return enter
