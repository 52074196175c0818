"""Values of the evaluator as plain data, whatever they are: what cannot be data is named in words."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Module, Object, Proc, Range, Regexp, Str, Sym, Value

A_BLOCK = "(a block)"
"""What stands for code: it is not run here."""


def as_plain(rt: Runtime, value: Value) -> Plain:
    """Str and Sym → str, Array → list, Hash → dict with string keys, an Integer Range → list of its numbers."""
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is float:
        return value
    if kind is Str:
        return value.s
    if kind is Sym:
        return str(value)
    if isinstance(value, Array | list):
        return [as_plain(rt, item) for item in value]
    if kind is Hash:
        return {text(rt, key): as_plain(rt, item) for key, item in value.items()}
    return of_object(rt, value)


def text(rt: Runtime, value: Value) -> str:
    if type(value) is Sym:
        return str(value)
    return value.s if type(value) is Str else rt.to_s(value)


def of_object(rt: Runtime, value: Value) -> Plain:
    if isinstance(value, Range):
        if isinstance(value.first, int) and isinstance(value.last, int):
            last = value.last + (0 if value.exclusive else 1)
            rt.bounds.grow(8 * max(0, last - value.first))
            return list(range(value.first, last))
        return rt.inspect(value)
    if isinstance(value, Proc):
        return A_BLOCK
    if isinstance(value, Regexp):
        return f"/{value.source}/{value.options}"
    if isinstance(value, Object | Module):
        return rt.to_s(value)
    own = getattr(value, "plain", None)
    if own is not None:
        return own(rt)
    return f"({value.ruby_class})" if hasattr(value, "ruby_class") else rt.to_s(value)
