"""nil, true and false."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Value


@answers("NilClass", "to_s")
def to_s(rt: Runtime, me: None, block: Block) -> Value:
    return Str("", frozen=True)


@answers("NilClass", "to_a")
def to_a(rt: Runtime, me: None, block: Block) -> Value:
    return Array()


@answers("NilClass", "to_h")
def to_h(rt: Runtime, me: None, block: Block) -> Value:
    return Hash()


@answers("NilClass", "to_i")
def to_i(rt: Runtime, me: None, block: Block) -> Value:
    return 0


@answers("NilClass", "to_f")
def to_f(rt: Runtime, me: None, block: Block) -> Value:
    return 0.0


@answers("NilClass", "=~")
def no_match(rt: Runtime, me: None, block: Block, other: Value) -> Value:
    return None


@answers("NilClass", "&")
@answers("FalseClass", "&")
def never(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return False


@answers("TrueClass", "&")
@answers("NilClass", "|", "^")
@answers("FalseClass", "|", "^")
def other_says(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return truthy(other)


@answers("TrueClass", "|")
def always(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return True


@answers("TrueClass", "^")
def other_denies(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return not truthy(other)
