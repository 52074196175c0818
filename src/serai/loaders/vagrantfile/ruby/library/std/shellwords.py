"""Shellwords: text to words and back, as a Bourne shell reads it."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Str, Value

declare("Shellwords", None)
_WORD = re.compile(r"""\s*(?:([^\s\\'"]+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|(\\.?)|(\S))(\s|\Z)?""", re.DOTALL)
_PLAIN = re.compile(r"[^A-Za-z0-9_\-.,:+/@\n]")


def words(rt: Runtime, line: str) -> list[str]:
    """Raises ArgumentError where a quote is not closed."""
    rt.bounds.step(len(line) // 8)
    found: list[str] = []
    word = ""
    for piece in _WORD.finditer(line):
        plain, single, double, escaped, other, end = piece.groups()
        if other is not None:
            raise rt.raised("ArgumentError", f"Unmatched quote: {rt.inspect(Str(line))}")
        if plain is not None:
            word += plain
        elif single is not None:
            word += single
        elif double is not None:
            word += re.sub(r'\\([$`"\\\n])', r"\1", double)
        elif escaped is not None:
            word += re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL)
        if end is not None:
            found.append(word)
            word = ""
    return found


def escaped(word: str) -> str:
    """One word that a shell reads as this text."""
    return _PLAIN.sub(lambda letter: f"\\{letter[0]}", word).replace("\n", "'\n'") if word else "''"


def joined(rt: Runtime, listed: Value) -> Str:
    return Str(" ".join(escaped(rt.to_s(word)) for word in listed))


@answers_itself("Shellwords", "split", "shellwords", "shellsplit")
@answers("Shellwords", "shellwords", "shellsplit")
def split(rt: Runtime, me: Value, block: Block, line: Value) -> Value:
    return Array(Str(word) for word in words(rt, text(rt, line)))


@answers_itself("Shellwords", "escape", "shellescape")
@answers("Shellwords", "shellescape")
def escape(rt: Runtime, me: Value, block: Block, word: Value) -> Value:
    return Str(escaped(rt.to_s(word)))


@answers_itself("Shellwords", "join", "shelljoin")
@answers("Shellwords", "shelljoin")
def join(rt: Runtime, me: Value, block: Block, listed: Value) -> Value:
    return joined(rt, listed)


@answers("String", "shellescape")
def shellescape(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(escaped(me.s))


@answers("String", "shellsplit")
def shellsplit(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Str(word) for word in words(rt, me.s))


@answers("Array", "shelljoin")
def shelljoin(rt: Runtime, me: Value, block: Block) -> Value:
    return joined(rt, me)
