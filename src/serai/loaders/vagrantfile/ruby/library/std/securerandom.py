"""SecureRandom: what nobody can guess, of the length that is asked for."""

from __future__ import annotations

import base64
import random
import secrets
import string
import uuid

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.paths import decoded
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Range, Str, Value

declare("SecureRandom", None)
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits


def size(rt: Runtime, count: Value) -> int:
    """How many bytes are asked for; 16 where nothing is said."""
    number = 16 if count is None else integer(rt, count)
    if number < 0:
        raise rt.raised("ArgumentError", "negative string size (or size too big)")
    rt.bounds.grow(number * 2)
    return number


@answers_itself("SecureRandom", "hex")
def hex_(rt: Runtime, me: Value, block: Block, count: Value = None) -> Value:
    return Str(secrets.token_hex(size(rt, count)))


@answers_itself("SecureRandom", "uuid")
def uuid_(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(str(uuid.uuid4()))


@answers_itself("SecureRandom", "base64")
def base64_(rt: Runtime, me: Value, block: Block, count: Value = None) -> Value:
    return Str(base64.b64encode(secrets.token_bytes(size(rt, count))).decode())


@answers_itself("SecureRandom", "urlsafe_base64")
def urlsafe(rt: Runtime, me: Value, block: Block, count: Value = None, padding: Value = False) -> Value:
    made = base64.urlsafe_b64encode(secrets.token_bytes(size(rt, count))).decode()
    return Str(made if truthy(padding) else made.rstrip("="))


@answers_itself("SecureRandom", "alphanumeric")
def alphanumeric(rt: Runtime, me: Value, block: Block, count: Value = None, *more: Value) -> Value:
    _, named = split_named(rt, more, "chars")
    letters = [rt.to_s(letter) for letter in named["chars"]] if "chars" in named else LETTERS
    return Str("".join(secrets.choice(letters) for _ in range(size(rt, count))))


@answers_itself("SecureRandom", "random_bytes", "bytes")
def random_bytes(rt: Runtime, me: Value, block: Block, count: Value = None) -> Value:
    return decoded(secrets.token_bytes(size(rt, count)))


def drawn(rt: Runtime, source: random.Random, limit: Value) -> Value:
    """A number below a limit or inside a Range; a Float below 1 where there is none."""
    if isinstance(limit, Range):
        first, last = limit.first, limit.last
        if isinstance(first, float) or isinstance(last, float):
            return source.uniform(first, last)
        top = last - (1 if limit.exclusive else 0)
        if top < first:
            raise rt.raised("ArgumentError", f"invalid argument - {rt.inspect(limit)}")
        return source.randint(first, top)
    if isinstance(limit, float):
        return source.random() * limit
    if limit is None or limit == 0:
        return source.random()
    number = integer(rt, limit)
    if number < 0:
        raise rt.raised("ArgumentError", f"invalid argument - {number}")
    return source.randrange(number)


@answers_itself("SecureRandom", "random_number", "rand")
def random_number(rt: Runtime, me: Value, block: Block, limit: Value = None) -> Value:
    return drawn(rt, secrets.SystemRandom(), limit)


@answers_itself("SecureRandom", "choose")
def choose(rt: Runtime, me: Value, block: Block, letters: Value, count: Value) -> Value:
    return Str("".join(secrets.choice([rt.to_s(one) for one in letters]) for _ in range(size(rt, count))))
