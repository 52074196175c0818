"""Random numbers: `rand`, `srand`, `Random`, `sample` and `shuffle`.

The generator is Ruby's own (MT19937, seeded by the words of the number), so that a file that says `srand(42)` or
`Random.new(42)` gets the numbers that Ruby gives. Source: Ruby's random.c and mt19937.c.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from serai.loaders.vagrantfile.ruby.library.core.convert import INFINITE, integer
from serai.loaders.vagrantfile.ruby.library.core.entry import GONE, Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Range, Value

declare("Random")
HELD = "(generator)"
"""Where the module Kernel of a run keeps the generator that `rand` uses."""


WORDS = 624
"""Of a Mersenne Twister's state."""
SORTED = 10
"""`sample` takes up to so many by sorted places, more by a partial shuffle. Source: array.c, ary_sample."""


def words_of(seed: int) -> list[int]:
    """The state that a seed of one word gives. Source: mt19937.c, init_genrand."""
    found = [seed]
    for at in range(1, WORDS):
        found.append((1812433253 * (found[-1] ^ (found[-1] >> 30)) + at) & 0xFFFFFFFF)
    return found


class Generator:
    """Python's Mersenne Twister is Ruby's; only what is made of its words differs."""

    def __init__(self, seed: int) -> None:
        import random

        self.seed = seed
        self.twister = random.Random(abs(seed))
        if abs(seed) < 1 << 32:  # Python always takes a list of words, Ruby only for more than one
            self.twister.setstate((3, (*words_of(abs(seed)), WORDS), None))

    def real(self) -> float:
        """From 0 up to 1: 53 bits of two words, which both languages take in the same way."""
        return self.twister.random()

    def real_to_one(self) -> float:
        """From 0 to 1. Source: random.c, int_pair_to_real."""
        both = (self.word() << 32) | self.word()
        return math.ldexp((both * ((1 << 53) | 1)) >> 64, -53)

    def word(self) -> int:
        return self.twister.getrandbits(32)

    def below(self, limit: int) -> int:
        """From 0 up to `limit`: words are masked and tried again, the highest first.

        Source: random.c, limited_rand."""
        most = limit - 1
        mask = (1 << most.bit_length()) - 1
        while True:
            found, again = 0, False
            for place in range((most.bit_length() + 31) // 32 - 1, -1, -1):
                if mask >> (32 * place) & 0xFFFFFFFF:
                    found |= self.word() << (32 * place)
                    found &= mask
                    if most < found:
                        again = True
                        break
            if not again:
                return found


def fresh_seed() -> int:
    """One that nobody knows."""
    return int.from_bytes(os.urandom(16))


def shared(rt: Runtime) -> Generator:
    """The generator of this run."""
    held = rt.constant("Kernel").variables
    if HELD not in held:
        held[HELD] = Generator(fresh_seed())
    found: Generator = held[HELD]
    return found


def generator_of(rt: Runtime, args: Sequence[Value]) -> Generator:
    """What `random:` names, or the one of this run."""
    _, named = split_named(rt, args, "random")
    given = named.get("random")
    return given.data if isinstance(given, Object) and isinstance(given.data, Generator) else shared(rt)


def number(rt: Runtime, generator: Generator, limit: Value, *, strict: bool) -> Value:
    """`rand(limit)`: of the Kernel, and (strict) of Random."""
    if limit is None or limit is GONE or (limit == 0 and not strict and type(limit) is int):
        return generator.real()
    if isinstance(limit, Range):
        return _in_range(rt, generator, limit)
    if isinstance(limit, float) and strict:
        return generator.real() * limit
    most = integer(rt, limit)
    if strict and most <= 0:
        raise rt.raised("ArgumentError", f"invalid argument - {rt.inspect(limit)}")
    return generator.below(abs(most)) if most else generator.real()


def _in_range(rt: Runtime, generator: Generator, limit: Range) -> Value:
    if isinstance(limit.first, float) or isinstance(limit.last, float):
        low, high = float(limit.first), float(limit.last)
        if INFINITE in (abs(low), abs(high)):
            raise rt.raised("Errno::EDOM", "Numerical argument out of domain")
        return low + (generator.real() if limit.exclusive else generator.real_to_one()) * (high - low)
    low, high = integer(rt, limit.first), integer(rt, limit.last) - limit.exclusive
    return None if high < low else low + generator.below(high - low + 1)


def mixed(generator: Generator, items: Sequence[Value]) -> list[Value]:
    """`shuffle`. Source: array.c, rb_ary_shuffle_bang."""
    found = list(items)
    for size in range(len(found), 0, -1):
        at = generator.below(size)
        found[size - 1], found[at] = found[at], found[size - 1]
    return found


@answers("Kernel", "rand")
def rand(rt: Runtime, me: Value, block: Block, limit: Value = None) -> Value:
    return number(rt, shared(rt), limit, strict=False)


@answers("Kernel", "srand")
def srand(rt: Runtime, me: Value, block: Block, seed: Value = GONE) -> Value:
    before = shared(rt).seed
    given = fresh_seed() if seed is GONE else integer(rt, seed)
    rt.constant("Kernel").variables[HELD] = Generator(given)
    return before


@answers_itself("Random", "new")
def new(rt: Runtime, me: Value, block: Block, seed: Value = GONE) -> Value:
    given = fresh_seed() if seed is GONE else integer(rt, seed)
    return Object(rt.constant("Random"), Generator(given))


@answers_itself("Random", "rand")
def rand_itself(rt: Runtime, me: Value, block: Block, limit: Value = GONE) -> Value:
    return number(rt, shared(rt), limit, strict=True)


@answers_itself("Random", "srand")
def srand_itself(rt: Runtime, me: Value, block: Block, seed: Value = GONE) -> Value:
    return srand(rt, me, block, seed)


@answers_itself("Random", "new_seed")
def new_seed(rt: Runtime, me: Value, block: Block) -> Value:
    return fresh_seed()


@answers("Random", "rand")
def rand_of(rt: Runtime, me: Object, block: Block, limit: Value = GONE) -> Value:
    return number(rt, me.data, limit, strict=True)


@answers("Random", "seed")
def seed_of(rt: Runtime, me: Object, block: Block) -> Value:
    return me.data.seed


@answers("Array", "shuffle")
def shuffle(rt: Runtime, me: Array, block: Block, *args: Value) -> Value:
    rt.bounds.step(len(me))
    return Array(mixed(generator_of(rt, args), me))


@answers("Array", "sample")
def sample(rt: Runtime, me: Array, block: Block, *args: Value) -> Value:
    by_place, _ = split_named(rt, args, "random")
    generator = generator_of(rt, args)
    rt.bounds.step(len(me) if by_place else 1)
    if not by_place:
        return me[generator.below(len(me))] if me else None
    wanted = integer(rt, by_place[0])
    if wanted < 0:
        raise rt.raised("ArgumentError", "negative sample number")
    return Array(sampled(generator, list(me), min(wanted, len(me))))


def sampled(generator: Generator, items: list[Value], count: int) -> list[Value]:
    """So many, each once."""
    if count > SORTED:
        for at in range(count):
            other = at + generator.below(len(items) - at)
            items[at], items[other] = items[other], items[at]
        return items[:count]
    chosen: list[int] = []
    for place in [generator.below(len(items) - at) for at in range(count)]:
        for taken in sorted(chosen):
            place += place >= taken
        chosen.append(place)
    return [items[place] for place in chosen]
