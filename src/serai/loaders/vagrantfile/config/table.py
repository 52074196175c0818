"""What a section of the configuration knows: its keys with their defaults, how scopes are joined, its methods.

One `Table` a namespace, provider or provisioner; they are data below `keys/`, and `section.py` is the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Sym, Value

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.config.section import Section
    from serai.loaders.vagrantfile.ruby.runtime import Runtime
    from serai.loaders.vagrantfile.ruby.values import Proc

UNSET = Sym("__UNSET__VALUE__")
"""What a key reads as before it was set: Vagrant's own mark, so that `x.key ||= 1` does here what it does
there."""

COMPUTED: Any = "__COMPUTED__"
"""Default of a key that follows from others (`finish`); a nil that the file states is not replaced by it."""

Method = Callable[["Section", "Runtime", list[Value], "Proc | None"], Value]
Join = Callable[[Value, Value], Value]
"""(what the outer scope has, what the inner one has) → what both come to; either may be UNSET."""
Finish = Callable[[dict[str, Plain]], None]
"""Works in place on the plain values with all defaults: what follows from others, and what changes its form."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    keys: Mapping[str, Plain] = {}
    """Every key that can be set, with its default."""
    initial: Mapping[str, Plain] = {}
    """What keys hold before anybody sets them. It is a value like another: an inner scope that says nothing
    replaces
    the outer one's by it, unless the key is joined. Files change it in place (`puppet.facter["x"] = 1`)."""
    aliases: Mapping[str, str] = {}
    joined: Mapping[str, Join] = {}
    """Keys of which the inner scope does not simply replace the outer."""
    replaced: Callable[[dict[str, Value], dict[str, Value]], Mapping[str, Value]] | None = None
    """(values of the outer scope, of the inner) → what is set besides when they are joined."""
    methods: Mapping[str, Method] = {}
    finish: Finish | None = None
    hidden: frozenset[str] = frozenset()
    """Keys that can be set and not read."""
    loose: bool = False
    """Anything may be set and called: plugins whose keys are not all known here."""


def concatenated(outer: Value, inner: Value) -> Value:
    if outer is UNSET or not isinstance(outer, Array):
        return inner
    return outer if inner is UNSET or not isinstance(inner, Array) else Array([*outer, *inner])


def updated(outer: Value, inner: Value) -> Value:
    """Two hashes, key by key."""
    if outer is UNSET or not isinstance(outer, Hash):
        return inner
    return outer if inner is UNSET or not isinstance(inner, Hash) else Hash([*outer.items(), *inner.items()])


def unless_empty(outer: Value, inner: Value) -> Value:
    """The inner one, where it has something."""
    return inner if isinstance(inner, Array) and inner else outer


def deeply_updated(outer: Value, inner: Value) -> Value:
    """Two hashes, and the hashes and lists in them."""
    if not isinstance(outer, Hash) or not isinstance(inner, Hash):
        return outer if inner is UNSET else inner
    result = Hash(outer.items())
    for key, value in inner.items():
        was = result.get(key, UNSET)
        if isinstance(was, Hash) and isinstance(value, Hash):
            value = updated(was, value)
        elif isinstance(was, Array) and isinstance(value, Array):
            value = concatenated(was, value)
        result[key] = value
    return result


def arguments(args: list[Value]) -> tuple[list[Value], Hash]:
    """Positional arguments, and the options behind them as a Hash of the callee's own."""
    if args and isinstance(args[-1], Hash):
        return args[:-1], Hash(args[-1].items())
    return args, Hash()


def symbolised(args: list[Value]) -> tuple[list[Value], Hash]:
    """`arguments`, with names that were given as strings ("ip" => …) as symbols."""
    args, options = arguments(args)
    return args, Hash((Sym(key.s) if isinstance(key, Str) else key, value) for key, value in options.items())


def option(options: Hash, name: str, default: Any = None) -> Value:
    return options.get(Sym(name), default)


def put(options: Hash, name: str, value: Value) -> None:
    options[Sym(name)] = value


def taken(options: Hash, name: str, default: Any = None) -> Value:
    """The option, removed from the others."""
    key = Sym(name)
    if key not in options:
        return default
    value = options[key]
    del options[key]
    return value


def truthy(value: Value) -> bool:
    return value is not None and value is not False
