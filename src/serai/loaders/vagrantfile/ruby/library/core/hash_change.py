"""Hash changed, and made anew: merged, filtered, turned over."""

from __future__ import annotations

from collections.abc import Callable

from serai.loaders.vagrantfile.ruby.library.core.array_combine import flattened
from serai.loaders.vagrantfile.ruby.library.core.convert import integer, mapping, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, changeable
from serai.loaders.vagrantfile.ruby.library.core.equality import place
from serai.loaders.vagrantfile.ruby.library.core.hash import copied
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator, hash_items
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Value


@answers("Hash", "[]=", "store")
def set_item(rt: Runtime, me: Hash, block: Block, key: Value, value: Value) -> Value:
    changeable(rt, me)
    if len(me) & 1023 == 1023:
        rt.bounds.grow(1024 * 100)
    me[key] = value
    return value


@answers("Hash", "default=")
def set_default(rt: Runtime, me: Hash, block: Block, value: Value) -> Value:
    changeable(rt, me)
    me.default, me.default_proc = value, None
    return value


@answers("Hash", "default_proc=")
def set_default_proc(rt: Runtime, me: Hash, block: Block, value: Value) -> Value:
    changeable(rt, me)
    if value is not None and not isinstance(value, Proc):
        told = rt.class_of(value).name
        raise rt.raised("TypeError", f"wrong default_proc type {told} (expected Proc)")
    me.default, me.default_proc = None, value
    return value


def merged(rt: Runtime, me: Hash, others: tuple[Value, ...], block: Block) -> Hash:
    """Put the others' pairs in; the block says what becomes of a key that both have."""
    for other in others:
        rt.bounds.grow(len(mapping(rt, other)) * 16)
        for key, value in list(mapping(rt, other).items()):
            rt.bounds.step()
            old = me.entries.get(place(key)) if block is not None else None
            if block is not None and old is not None:
                me.entries[place(key)] = (old[0], rt.call(block, [key, old[1], value]))
            elif place(key) in me.entries:
                me.entries[place(key)] = (me.entries[place(key)][0], value)
            else:
                me[key] = value
    return me


def alike(me: Hash) -> Hash:
    """A copy with the default."""
    made = copied(me)
    made.default, made.default_proc = me.default, me.default_proc
    return made


@answers("Hash", "merge")
def merge(rt: Runtime, me: Hash, block: Block, *others: Value) -> Value:
    return merged(rt, alike(me), others, block)


@answers("Hash", "merge!", "update")
def merge_in(rt: Runtime, me: Hash, block: Block, *others: Value) -> Value:
    changeable(rt, me)
    return merged(rt, me, others, block)


@answers("Hash", "replace", "initialize_copy")
def replace(rt: Runtime, me: Hash, block: Block, other: Value) -> Value:
    changeable(rt, me)
    me.entries = dict(mapping(rt, other).entries)
    return me


@answers("Hash", "clear")
def clear(rt: Runtime, me: Hash, block: Block) -> Value:
    changeable(rt, me)
    me.entries.clear()
    return me


@answers("Hash", "delete")
def delete(rt: Runtime, me: Hash, block: Block, key: Value) -> Value:
    changeable(rt, me)
    found = me.entries.pop(place(key), None)
    if found is not None:
        return found[1]
    return None if block is None else rt.call(block, [key])


@answers("Hash", "shift")
def shift(rt: Runtime, me: Hash, block: Block) -> Value:
    changeable(rt, me)
    if not me.entries:
        return me.default if me.default_proc is None else rt.call(me.default_proc, [me, None])
    return Array(me.entries.pop(next(iter(me.entries))))


def _asking(rt: Runtime, block: Proc, wanted: bool) -> Callable[[Array], bool]:
    return lambda pair: truthy(rt.call(block, list(pair))) is wanted


def _only(me: Hash, rt: Runtime, keep: Callable[[Array], bool]) -> Hash:
    """A new Hash of the pairs that are kept."""
    made = Hash()
    for pair in hash_items(rt, me):
        if keep(pair):
            made.entries[place(pair[0])] = (pair[0], pair[1])
    return made


def _filter(name: str, others: tuple[str, ...], wanted: bool, always: str) -> None:
    """`select` with its `select!` (nil when nothing changed) and `keep_if`."""

    @answers("Hash", name, *others)
    def fresh(rt: Runtime, me: Hash, block: Block) -> Value:
        return enumerator(rt, me, name) if block is None else _only(me, rt, _asking(rt, block, wanted))

    @answers("Hash", *(f"{each}!" for each in (name, *others)))
    def in_place(rt: Runtime, me: Hash, block: Block) -> Value:
        if block is None:
            return enumerator(rt, me, f"{name}!")
        before = len(me)
        kept_in_place(rt, me, block)
        return me if len(me) != before else None

    @answers("Hash", always)
    def kept_in_place(rt: Runtime, me: Hash, block: Block) -> Value:
        if block is None:
            return enumerator(rt, me, always)
        changeable(rt, me)
        me.entries = _only(me, rt, _asking(rt, block, wanted)).entries
        return me


_filter("select", ("filter",), True, "keep_if")
_filter("reject", (), False, "delete_if")


@answers("Hash", "slice")
def slice_(rt: Runtime, me: Hash, block: Block, *keys: Value) -> Value:
    made = Hash()
    for key in keys:
        if place(key) in me.entries:
            made.entries[place(key)] = me.entries[place(key)]
    return made


@answers("Hash", "except")
def except_(rt: Runtime, me: Hash, block: Block, *keys: Value) -> Value:
    made = copied(me)
    for key in keys:
        made.entries.pop(place(key), None)
    return made


@answers("Hash", "compact")
def compact(rt: Runtime, me: Hash, block: Block) -> Value:
    return _only(me, rt, lambda pair: pair[1] is not None)


@answers("Hash", "compact!")
def compact_(rt: Runtime, me: Hash, block: Block) -> Value:
    changeable(rt, me)
    before = len(me)
    me.entries = _only(me, rt, lambda pair: pair[1] is not None).entries
    return me if len(me) != before else None


@answers("Hash", "invert")
def invert(rt: Runtime, me: Hash, block: Block) -> Value:
    return Hash((value, key) for key, value in hash_items(rt, me))


@answers("Hash", "transform_values")
def transform_values(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "transform_values")
    return Hash((key, rt.call(block, [value])) for key, value in hash_items(rt, me))


@answers("Hash", "transform_values!")
def transform_values_(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "transform_values!")
    changeable(rt, me)
    for key, value in hash_items(rt, me):
        me[key] = rt.call(block, [value])
    return me


@answers("Hash", "transform_keys")
def transform_keys(rt: Runtime, me: Hash, block: Block, names: Value = GONE) -> Value:
    if block is None and names is GONE:
        return enumerator(rt, me, "transform_keys")
    made = Hash()
    for key, value in hash_items(rt, me):
        made[_other_key(rt, key, block, names)] = value
    return made


def _other_key(rt: Runtime, key: Value, block: Block, names: Value) -> Value:
    if names is not GONE and place(key) in mapping(rt, names).entries:
        return names[key]
    return key if block is None else rt.call(block, [key])


@answers("Hash", "transform_keys!")
def transform_keys_(rt: Runtime, me: Hash, block: Block, names: Value = GONE) -> Value:
    changeable(rt, me)
    changed = transform_keys(rt, me, block, names)
    if not isinstance(changed, Hash):
        return enumerator(rt, me, "transform_keys!")
    me.entries = changed.entries
    return me


@answers("Hash", "filter_map")
def filter_map(rt: Runtime, me: Hash, block: Block) -> Value:
    if block is None:
        return enumerator(rt, me, "filter_map")
    answers_ = (rt.call(block, [pair]) for pair in hash_items(rt, me))
    return Array(answer for answer in answers_ if truthy(answer))


@answers("Hash", "flatten")
def flatten(rt: Runtime, me: Hash, block: Block, depth: Value = 1) -> Value:
    pairs = Array(hash_items(rt, me))
    return Array(flattened(rt, pairs, integer(rt, depth)))


@answers("Hash", "rehash")
def rehash(rt: Runtime, me: Hash, block: Block) -> Value:
    changeable(rt, me)
    me.entries = {place(key): (key, value) for key, value in me.items()}
    return me
