"""ENV: a copy of the environment. What a file writes there is seen by the file alone."""

from __future__ import annotations

from typing import ClassVar

from serai.loaders.vagrantfile.ruby.library.core.convert import mapping, text, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import need
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Str, Value

declare("KeyError", "IndexError")


class Environment:
    """ENV itself; what it shares with Hash, a Hash of its contents answers."""

    ruby_class: ClassVar[str] = "Object"

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        own = OWN.get(name)
        if own is not None:
            return own(rt, args, block)
        if name in CHANGES:
            return changed(rt, self, name, args, block)
        if name in SAME:
            return same(rt, self, name, args, block)
        held = everything(rt)
        if not rt.responds(held, name):
            raise rt.raised("NoMethodError", f"undefined method `{name}' for ENV")
        return rt.send(held, name, args, block)


CONSTANTS["ENV"] = Environment
SAME = frozenset({"each", "each_pair", "each_key", "each_value"})
"""These answer ENV itself."""
CHANGES = frozenset(
    {"delete_if", "keep_if", "reject!", "select!", "filter!", "clear", "replace", "update", "merge!", "shift"}
)
"""These change a Hash, which is then what ENV holds."""


def everything(rt: Runtime) -> Hash:
    rt.bounds.step(len(rt.environ))
    return Hash((Str(key, frozen=True), Str(value, frozen=True)) for key, value in rt.environ.items())


def name_of(rt: Runtime, value: Value) -> str:
    name = text(rt, value)
    if "\0" in name:
        raise rt.raised("ArgumentError", "bad environment variable name: contains null byte")
    return name


def found(rt: Runtime, value: Value) -> Value:
    held = rt.environ.get(name_of(rt, value))
    return None if held is None else Str(held, frozen=True)


def get(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    need(rt, args, 1, 1)
    return found(rt, args[0])


def put(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    need(rt, args, 2, 2)
    name, value = name_of(rt, args[0]), args[1]
    if value is None:
        rt.environ.pop(name, None)
        return None
    if not name or "=" in name:
        raise rt.raised("Errno::EINVAL", f"Invalid argument - setenv({name})")
    content = text(rt, value)
    rt.bounds.grow(len(content))
    rt.environ[name] = content
    return value


def fetch(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    need(rt, args, 1, 2)
    held = found(rt, args[0])
    if held is not None:
        return held
    if block is not None:
        return rt.call(block, [args[0]])
    if len(args) == 2:
        return args[1]
    raise rt.raised("KeyError", f"key not found: {rt.inspect(args[0])}")


def has(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    need(rt, args, 1, 1)
    return name_of(rt, args[0]) in rt.environ


def delete(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    need(rt, args, 1, 1)
    held = found(rt, args[0])
    rt.environ.pop(name_of(rt, args[0]), None)
    return rt.call(block, [args[0]]) if held is None and block is not None else held


def to_h(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    held = everything(rt)
    return held if block is None else rt.send(held, "to_h", [], block)


def inspect(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Str(rt.inspect(everything(rt)))


def to_s(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Str("ENV")


def clone(rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    raise rt.raised("TypeError", "Cannot dup ENV, use ENV.to_h to get a copy of ENV as a hash")


OWN = {
    "[]": get,
    "[]=": put,
    "store": put,
    "fetch": fetch,
    "delete": delete,
    "to_h": to_h,
    "to_hash": to_h,
    "key?": has,
    "has_key?": has,
    "include?": has,
    "member?": has,
    "inspect": inspect,
    "to_s": to_s,
    "dup": clone,
}


def same(rt: Runtime, me: Environment, name: str, args: list[Value], block: Proc | None) -> Value:
    answer = rt.send(everything(rt), name, args, block)
    return answer if block is None else me


def changed(rt: Runtime, me: Environment, name: str, args: list[Value], block: Proc | None) -> Value:
    held = everything(rt)
    answer = rt.send(held, name, args, block)
    now = {text(rt, key): text(rt, value) for key, value in mapping(rt, held).items() if truthy(value)}
    rt.environ.clear()
    rt.environ.update(now)
    if isinstance(answer, Array) or answer is None:
        return answer
    return me
