"""Digest: MD5, SHA1 and SHA2 of texts and of files of the project."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.paths import contents, encoded, path
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Value

ALGORITHMS = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}

declare("Digest", None)
declare("Digest::Base")
for _name in (*ALGORITHMS, "SHA2"):
    declare(f"Digest::{_name}", "Digest::Base")


class Sum:
    """A digest that is being made; it can be read more than once."""

    __slots__ = ("algorithm", "made")

    def __init__(self, algorithm: str, data: bytes = b"") -> None:
        self.algorithm = algorithm
        self.made: Any = hashlib.new(algorithm, data, usedforsecurity=False)


def algorithm(kind: str) -> str:
    """`Digest::SHA256` → `sha256`."""
    last = kind.rpartition("::")[2].upper().replace("-", "")
    return ALGORITHMS.get("SHA256" if last == "SHA2" else last, "sha256")


def latin(data: bytes) -> Str:
    """Bytes that are no text."""
    return Str(data.decode("utf-8", "surrogateescape"))


def written(data: bytes, form: str) -> Str:
    """A digest as `hexdigest`, `base64digest` or `digest` give it."""
    if form == "hexdigest":
        return Str(data.hex())
    return Str(base64.b64encode(data).decode()) if form == "base64digest" else latin(data)


def _enter_form(form: str, *others: str) -> None:
    @answers_itself("Digest::Base", form)
    def of_text(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
        return written(Sum(algorithm(me.name), encoded(text(rt, content))).made.digest(), form)

    @answers("Digest::Base", form, *others)
    def of_sum(rt: Runtime, me: Value, block: Block, content: Value = None) -> Value:
        made = me.data.made if content is None else Sum(me.data.algorithm, encoded(text(rt, content))).made
        return written(made.digest(), form)


_enter_form("hexdigest", "to_s")
_enter_form("base64digest")
_enter_form("digest")


@answers_itself("Digest::Base", "new")
def new(rt: Runtime, me: Value, block: Block, bits: Value = 256) -> Value:
    name = f"sha{integer(rt, bits)}" if me.name.endswith("SHA2") else algorithm(me.name)
    return Object(me, Sum(name))


@answers_itself("Digest::Base", "file")
def file(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return Object(me, Sum(algorithm(me.name), contents(rt, path(rt, name))))


@answers("Digest::Base", "file")
def add_file(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    me.data.made.update(contents(rt, path(rt, name)))
    return me


@answers("Digest::Base", "update", "<<")
def update(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    me.data.made.update(encoded(text(rt, content)))
    return me


@answers("Digest::Base", "reset")
def reset(rt: Runtime, me: Value, block: Block) -> Value:
    me.data = Sum(me.data.algorithm)
    return me


@answers("Digest::Base", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    mine = me.data.made
    if isinstance(other, Str):
        return mine.hexdigest() == other.s
    return isinstance(other, Object) and isinstance(other.data, Sum) and other.data.made.digest() == mine.digest()


@answers("Digest::Base", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"#<{me.kind.name}: {me.data.made.hexdigest()}>")


@answers("Digest::Base", "digest_length", "length", "size")
def length(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.made.digest_size


@answers_itself("Digest", "hexencode")
def hexencode(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(encoded(text(rt, content)).hex())
