"""String with other letters: case, padding, stripping, `tr`, `squeeze`, `succ`; and the forms with `!`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from serai.loaders.vagrantfile.ruby.library.core.convert import small, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, changeable, need
from serai.loaders.vagrantfile.ruby.library.core.succ import successor
from serai.loaders.vagrantfile.ruby.library.core.tr import counted_set, translate
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Regexp, Str, Value

BLANK = " \t\n\v\f\r\0"
LEFT_BLANK = BLANK
Change = Callable[[Runtime, str, Sequence[Value]], str]


def changes(
    name: str, least: int = 0, most: int = 0, also: str | None = None, always: bool = False
) -> Callable[[Change], Change]:
    """Enter `name`, which gives a new String, and `name!`, which changes its own.

    The latter says nil when nothing changed; with `always` it never does.
    """

    def enter(change: Change) -> Change:
        def fresh(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
            need(rt, args, least, most)
            return Str(change(rt, me.s, args))

        def in_place(rt: Runtime, me: Str, block: Block, *args: Value) -> Value:
            need(rt, args, least, most)
            changeable(rt, me)
            told = change(rt, me.s, args)
            if told == me.s and not always:
                return None
            me.s = told
            return me

        for word in [name, also] if also else [name]:
            answers("String", word)(fresh)
            answers("String", f"{word}!")(in_place)
        return change

    return enter


@changes("upcase", 0, -1)
def upcase(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.upper()


@changes("downcase", 0, -1)
def downcase(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.lower()


@changes("capitalize", 0, -1)
def capitalize(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told[:1].upper() + told[1:].lower()


@changes("swapcase", 0, -1)
def swapcase(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.swapcase()


@changes("strip")
def strip(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.lstrip(LEFT_BLANK).rstrip(BLANK)


@changes("lstrip")
def lstrip(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.lstrip(LEFT_BLANK)


@changes("rstrip")
def rstrip(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.rstrip(BLANK)


@changes("chomp", 0, 1)
def chomp(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    ending = "\n" if not args else None if args[0] is None else text(rt, args[0])
    if ending is None:
        return told
    if ending == "\n":
        return told[:-2] if told.endswith("\r\n") else told[:-1] if told.endswith(("\n", "\r")) else told
    if ending:
        return told.removesuffix(ending)
    while told.endswith("\n"):
        told = told[:-2] if told.endswith("\r\n") else told[:-1]
    return told


@changes("chop")
def chop(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told[:-2] if told.endswith("\r\n") else told[:-1]


@changes("reverse", always=True)
def reverse(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told[::-1]


@changes("succ", also="next", always=True)
def succ(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return successor(told)


@changes("delete_prefix", 1, 1)
def delete_prefix(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.removeprefix(text(rt, args[0]))


@changes("delete_suffix", 1, 1)
def delete_suffix(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return told.removesuffix(text(rt, args[0]))


@changes("tr", 2, 2)
def tr(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return translate(rt, told, text(rt, args[0]), text(rt, args[1]))


@changes("tr_s", 2, 2)
def tr_s(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    return translate(rt, told, text(rt, args[0]), text(rt, args[1]), squeezed=True)


@changes("delete", 1, -1)
def delete(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    letters = counted_set(rt, args)
    return "".join(char for char in told if char not in letters)


@changes("squeeze", 0, -1)
def squeeze(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    letters = counted_set(rt, args) if args else None
    return "".join(
        char
        for at, char in enumerate(told)
        if at == 0 or told[at - 1] != char or (letters is not None and char not in letters)
    )


@changes("unicode_normalize", 0, 1)
def unicode_normalize(rt: Runtime, told: str, args: Sequence[Value]) -> str:
    import unicodedata

    forms = {"nfc": "NFC", "nfd": "NFD", "nfkc": "NFKC", "nfkd": "NFKD"}
    form = forms.get(str(args[0]) if args else "nfc")
    if form is None:
        raise rt.raised("ArgumentError", f"Invalid normalization form {args[0]}.")
    return unicodedata.normalize(form, told)  # type: ignore[arg-type]


@answers("String", "count")
def count(rt: Runtime, me: Str, block: Block, *sets: Value) -> Value:
    need(rt, sets, 1, -1)
    letters = counted_set(rt, sets)
    rt.bounds.step(len(me.s) // 64)
    return sum(char in letters for char in me.s)


@answers("String", "center")
def center(rt: Runtime, me: Str, block: Block, width: Value, pad: Value = None) -> Value:
    missing, filling = _filling(rt, me.s, width, pad)
    left = missing // 2
    return Str(_repeat(filling, left) + me.s + _repeat(filling, missing - left))


@answers("String", "ljust")
def ljust(rt: Runtime, me: Str, block: Block, width: Value, pad: Value = None) -> Value:
    missing, filling = _filling(rt, me.s, width, pad)
    return Str(me.s + _repeat(filling, missing))


@answers("String", "rjust")
def rjust(rt: Runtime, me: Str, block: Block, width: Value, pad: Value = None) -> Value:
    missing, filling = _filling(rt, me.s, width, pad)
    return Str(_repeat(filling, missing) + me.s)


def _filling(rt: Runtime, told: str, width: Value, pad: Value) -> tuple[int, str]:
    wanted = small(rt, width)
    filling = " " if pad is None else text(rt, pad)
    if not filling:
        raise rt.raised("ArgumentError", "zero width padding")
    rt.bounds.grow(max(wanted, 0))
    return max(wanted - len(told), 0), filling


def _repeat(filling: str, count: int) -> str:
    return (filling * (count // len(filling) + 1))[:count]


@answers("String", "start_with?")
def start_with(rt: Runtime, me: Str, block: Block, *starts: Value) -> Value:
    from serai.loaders.vagrantfile.ruby.library.core.matching import match_at, remember

    for start in starts:
        if isinstance(start, Regexp):
            if remember(rt, match_at(rt, start, me.s)) is not None:
                return True
        elif me.s.startswith(text(rt, start)):
            return True
    return False


@answers("String", "end_with?")
def end_with(rt: Runtime, me: Str, block: Block, *ends: Value) -> Value:
    return any(me.s.endswith(text(rt, end)) for end in ends)
