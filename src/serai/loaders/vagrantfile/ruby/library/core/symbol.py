"""Symbol: as a text, in order."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Str, Sym, Value

AS_SYMBOL = ("succ", "next", "upcase", "downcase", "capitalize", "swapcase")
AS_STRING = (
    "length",
    "size",
    "empty?",
    "[]",
    "slice",
    "start_with?",
    "end_with?",
    "=~",
    "match",
    "match?",
    "encoding",
)


@answers("Symbol", "to_s", "id2name")
def to_s(rt: Runtime, me: Sym, block: Block) -> Value:
    return Str(str(me))


@answers("Symbol", "name")
def name(rt: Runtime, me: Sym, block: Block) -> Value:
    return Str(str(me), frozen=True)


@answers("Symbol", "to_sym", "intern")
def to_sym(rt: Runtime, me: Sym, block: Block) -> Value:
    return me


@answers("Symbol", "==", "===")
def equals(rt: Runtime, me: Sym, block: Block, other: Value) -> Value:
    return me == other


@answers("Symbol", "<=>")
def spaceship(rt: Runtime, me: Sym, block: Block, other: Value) -> Value:
    return (str(me) > str(other)) - (str(me) < str(other)) if isinstance(other, Sym) else None


@answers("Symbol", "casecmp")
def casecmp(rt: Runtime, me: Sym, block: Block, other: Value) -> Value:
    return rt.send(Str(str(me)), "casecmp", [Str(str(other))]) if isinstance(other, Sym) else None


@answers("Symbol", "casecmp?")
def is_casecmp(rt: Runtime, me: Sym, block: Block, other: Value) -> Value:
    return str(me).casefold() == str(other).casefold() if isinstance(other, Sym) else None


def _as_string(word: str, to_symbol: bool) -> None:
    @answers("Symbol", word)
    def ask(rt: Runtime, me: Sym, block: Block, *args: Value) -> Value:
        answer = rt.send(Str(str(me)), word, list(args), block)
        return Sym(answer.s) if to_symbol else answer


for _word in AS_SYMBOL:
    _as_string(_word, True)
for _word in AS_STRING:
    _as_string(_word, False)
