"""Hash: made, asked, gone over."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.array import dug
from serai.loaders.vagrantfile.ruby.library.core.convert import mapping, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, answers_itself, kind_name
from serai.loaders.vagrantfile.ruby.library.core.equality import matches, place, same
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator, hash_items
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Proc, Value


def copied(me: Hash) -> Hash:
    """Its pairs alone, as most methods give them."""
    made = Hash()
    made.entries = dict(me.entries)
    return made


@answers_itself("Hash", "new")
def new(rt: Runtime, me: Value, block: Block, default: Value = GONE) -> Value:
    if block is not None and default is not GONE:
        raise rt.raised("ArgumentError", "wrong number of arguments (given 1, expected 0)")
    made = Hash()
    made.default = None if default is GONE else default
    made.default_proc = block
    return made


@answers_itself("Hash", "[]")
def of(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if len(args) == 1 and isinstance(args[0], Hash):
        return copied(args[0])
    if len(args) == 1 and isinstance(args[0], Array):
        return Hash(_pair(rt, each) for each in args[0])
    if len(args) % 2:
        raise rt.raised("ArgumentError", "odd number of arguments for Hash")
    return Hash(zip(args[::2], args[1::2], strict=True))


def _pair(rt: Runtime, each: Value) -> tuple[Value, Value]:
    if not isinstance(each, Array):
        raise rt.raised("ArgumentError", f"wrong element type {kind_name(rt, each)} (expected array)")
    if not 1 <= len(each) <= 2:
        raise rt.raised("ArgumentError", f"invalid number of elements ({len(each)} for 1..2)")
    return each[0], each[1] if len(each) == 2 else None


@answers_itself("Hash", "try_convert")
def try_convert(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value if isinstance(value, Hash) else None


def looked_up(rt: Runtime, me: Hash, key: Value) -> Value:
    """`hash[key]`, with the default of the Hash."""
    found = me.entries.get(place(key))
    if found is not None:
        return found[1]
    if me.default_proc is not None:
        return rt.call(me.default_proc, [me, key])
    return me.default


@answers("Hash", "[]")
def item(rt: Runtime, me: Hash, block: Block, key: Value) -> Value:
    return looked_up(rt, me, key)


@answers("Hash", "fetch")
def fetch(rt: Runtime, me: Hash, block: Block, key: Value, default: Value = GONE) -> Value:
    found = me.entries.get(place(key))
    if found is not None:
        return found[1]
    if block is not None:
        return rt.call(block, [key])
    if default is not GONE:
        return default
    raise missing_key(rt, me, key)


def missing_key(rt: Runtime, me: Value, key: Value) -> RubyError:
    """KeyError, with what it says of the key and the receiver."""
    error = rt.raised("KeyError", f"key not found: {rt.inspect(key)}")
    if isinstance(error.error, Object):
        error.error.variables.update(key=key, receiver=me)
    return error


@answers("Hash", "dig")
def dig(rt: Runtime, me: Hash, block: Block, key: Value, *rest: Value) -> Value:
    return dug(rt, looked_up(rt, me, key), rest)


@answers("Hash", "values_at")
def values_at(rt: Runtime, me: Hash, block: Block, *keys: Value) -> Value:
    return Array(looked_up(rt, me, key) for key in keys)


@answers("Hash", "fetch_values")
def fetch_values(rt: Runtime, me: Hash, block: Block, *keys: Value) -> Value:
    return Array(fetch(rt, me, block, key) for key in keys)


@answers("Hash", "key")
def key_of_value(rt: Runtime, me: Hash, block: Block, value: Value) -> Value:
    rt.bounds.step(1 + len(me) // 16)
    return next((key for key, each in list(me.items()) if same(rt, each, value)), None)


@answers("Hash", "key?", "has_key?", "include?", "member?")
def has_key(rt: Runtime, me: Hash, block: Block, key: Value) -> Value:
    return place(key) in me.entries


@answers("Hash", "value?", "has_value?")
def has_value(rt: Runtime, me: Hash, block: Block, value: Value) -> Value:
    rt.bounds.step(1 + len(me) // 16)
    return any(same(rt, each, value) for each in list(me.values()))


@answers("Hash", "keys")
def keys(rt: Runtime, me: Hash, block: Block) -> Value:
    rt.bounds.grow(8 * len(me))
    return Array(me.keys())


@answers("Hash", "values")
def values(rt: Runtime, me: Hash, block: Block) -> Value:
    rt.bounds.grow(8 * len(me))
    return Array(me.values())


@answers("Hash", "length", "size")
def length(rt: Runtime, me: Hash, block: Block) -> Value:
    return len(me)


@answers("Hash", "empty?")
def empty(rt: Runtime, me: Hash, block: Block) -> Value:
    return not me.entries


@answers("Hash", "default")
def default(rt: Runtime, me: Hash, block: Block, key: Value = GONE) -> Value:
    if key is not GONE and me.default_proc is not None:
        return rt.call(me.default_proc, [me, key])
    return me.default


@answers("Hash", "default_proc")
def default_proc(rt: Runtime, me: Hash, block: Block) -> Value:
    return me.default_proc


@answers("Hash", "to_hash")
def to_hash(rt: Runtime, me: Hash, block: Block) -> Value:
    return to_h(rt, me, None)


@answers("Hash", "to_h")
def to_h(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is not None:
        made = Hash()
        for pair in hash_items(rt, me):
            answer = rt.call(block, list(pair))
            if not isinstance(answer, Array):
                raise rt.raised("TypeError", f"wrong element type {kind_name(rt, answer)} (expected array)")
            if len(answer) != 2:
                what = f"element has wrong array length (expected 2, was {len(answer)})"
                raise rt.raised("ArgumentError", what)
            made[answer[0]] = answer[1]
        return made
    if me.keywords:
        made = copied(me)
        made.default, made.default_proc = me.default, me.default_proc
        return made
    return me


@answers("Hash", "to_a")
def to_a(rt: Runtime, me: Hash, block: Block) -> Value:
    rt.bounds.grow(16 * len(me))
    return Array(Array(pair) for pair in me.items())


@answers("Hash", "to_proc")
def to_proc(rt: Runtime, me: Hash, block: Block) -> Value:
    return Proc(lambda args, block=None, _=None: looked_up(rt, me, args[0]), arity=1, is_lambda=True)


@answers("Hash", "each", "each_pair")
def each(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each")
    for pair in hash_items(rt, me):
        rt.call(block, [pair])
    return me


@answers("Hash", "each_key")
def each_key(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_key")
    for key, _ in hash_items(rt, me):
        rt.call(block, [key])
    return me


@answers("Hash", "each_value")
def each_value(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "each_value")
    for _, value in hash_items(rt, me):
        rt.call(block, [value])
    return me


@answers("Hash", "any?")
def any_(rt: Runtime, me: Hash, block: Block, pattern: Value = GONE) -> Value:
    if pattern is not GONE:
        return any(matches(rt, pattern, pair) for pair in hash_items(rt, me))
    if block is None:
        return bool(me.entries)
    return any(truthy(rt.call(block, list(pair))) for pair in hash_items(rt, me))


@answers("Hash", "count")
def count(rt: Runtime, me: Hash, block: Block, wanted: Value = GONE) -> Value:
    if wanted is not GONE:
        return sum(same(rt, pair, wanted) for pair in hash_items(rt, me))
    if block is None:
        return len(me)
    return sum(truthy(rt.call(block, [pair])) for pair in hash_items(rt, me))


@answers("Hash", "find_all")
def find_all(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "find_all")
    return Array(pair for pair in hash_items(rt, me) if truthy(rt.call(block, [pair])))


@answers("Hash", "assoc")
def assoc(rt: Runtime, me: Hash, block: Block, key: Value) -> Value:
    found = me.entries.get(place(key))
    return None if found is None else Array(found)


@answers("Hash", "rassoc")
def rassoc(rt: Runtime, me: Hash, block: Block, value: Value) -> Value:
    return next((pair for pair in hash_items(rt, me) if same(rt, pair[1], value)), None)


@answers("Hash", "==")
def equals(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return same(rt, me, other)


@answers("Hash", "eql?")
def is_eql(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return isinstance(other, Hash) and place(me) == place(other)


@answers("Hash", "hash")
def hash_(rt: Runtime, me: Hash, block: Block) -> Value:
    return hash(place(me))


def _within(rt: Runtime, small: Hash, large: Hash) -> bool:
    return all(where in large.entries and same(rt, pair[1], large.entries[where][1])
               for where, pair in list(small.entries.items()))  # fmt: skip


@answers("Hash", "<=")
def is_part(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return _within(rt, me, mapping(rt, other))


@answers("Hash", ">=")
def has_part(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return _within(rt, mapping(rt, other), me)


@answers("Hash", "<")
def is_proper_part(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return len(me) < len(mapping(rt, other)) and _within(rt, me, other)


@answers("Hash", ">")
def has_proper_part(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    return len(me) > len(mapping(rt, other)) and _within(rt, other, me)


@answers("Hash", "compare_by_identity")
def compare_by_identity(rt: Runtime, me: Hash, block: Block) -> Value:
    raise rt.refused("Hash#compare_by_identity", "use keys that differ by what they are")


@answers("Hash", "compare_by_identity?")
def is_compared_by_identity(rt: Runtime, me: Hash, block: Block) -> Value:
    return False


@answers("Hash", "deconstruct_keys")
def deconstruct_keys(rt: Runtime, me: Hash, block: Block, wanted: Value) -> Value:
    return me
