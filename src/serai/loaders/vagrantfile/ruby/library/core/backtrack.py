"""A matcher that no pattern holds up: it backtracks, but tries no place of the pattern twice at one of the text.

It is slow, 2 million characters a second at the best, and used for the patterns and texts that `risk` finds.
With references back (`\\1`) the same place may be tried again; the bounds on steps end that.
"""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.ruby.library.core.chars import CODES, ONE_CHARACTER, TREE, Ranges, ranges_of
from serai.loaders.vagrantfile.ruby.library.core.pattern import NotTranslated
from serai.loaders.vagrantfile.ruby.runtime import Runtime

LONGEST = 20_000
"""Instructions of a pattern."""
PER_STEP = 8
"""Instructions that count as one step of the file's."""
CHAR, SPLIT, JUMP, SAVE, AT, LOOK, REFER, ATOMIC, ONCE, DONE, TEST = range(11)
Spans = tuple[tuple[int, int], ...]
Saves = tuple[int, ...]
Seen = dict[int, bytearray]
"""Pages of places, as they come."""
PAGE = 1024


class Chars(dict[str, bool]):
    """Whether a character is in a set, remembered."""

    def __init__(self, ranges: Ranges) -> None:
        super().__init__()
        self.ranges = ranges

    def __missing__(self, char: str) -> bool:
        code = ord(char)
        found = self[char] = any(first <= code <= last for first, last in self.ranges)
        return found


class Compiler:
    """Writes the instructions of a tree."""

    def __init__(self) -> None:
        self.code: list[tuple[Any, ...]] = []
        self.splits = 0
        self.slots = 0
        self.refers = False

    def emit(self, *instruction: Any) -> int:
        if len(self.code) >= LONGEST:
            raise NotTranslated("so many repetitions")
        self.code.append(instruction)
        return len(self.code) - 1

    def split(self) -> int:
        self.splits += 1
        return self.emit(SPLIT, 0, 0, self.splits - 1)

    def tree(self, tree: Any, flags: int) -> None:
        for code, value in tree:
            self.node(code, value, flags)

    def node(self, code: Any, value: Any, flags: int) -> None:
        if code in ONE_CHARACTER:
            self.emit(CHAR, Chars(ranges_of(code, value, flags)))
        elif code is CODES.SUBPATTERN:
            group, on, off, inner = value
            if group is not None:
                self.emit(SAVE, 2 * group)
            self.tree(inner, (flags | on) & ~off)
            if group is not None:
                self.emit(SAVE, 2 * group + 1)
        elif code is CODES.BRANCH:
            self.branch(value[1], flags)
        elif code in (CODES.MAX_REPEAT, CODES.MIN_REPEAT):
            self.repeat(value, flags, code is CODES.MAX_REPEAT)
        elif code is CODES.POSSESSIVE_REPEAT:
            self.apart(ATOMIC, [(CODES.MAX_REPEAT, value)], flags)
        elif code is CODES.ATOMIC_GROUP:
            self.apart(ATOMIC, value, flags)
        elif code is CODES.AT:
            self.emit(AT, value)
        elif code in (CODES.ASSERT, CODES.ASSERT_NOT):
            direction, inner = value
            self.apart(LOOK, inner, flags, 0 if direction > 0 else inner.getwidth()[0], code is CODES.ASSERT)
        elif code is CODES.GROUPREF:
            self.refers = True
            self.emit(REFER, value, bool(flags & re.IGNORECASE))
        elif code is CODES.GROUPREF_EXISTS:
            self.either(value, flags)
        else:
            raise NotTranslated(f"{code} with other repeats")

    def apart(self, kind: int, tree: Any, flags: int, *more: Any) -> None:
        """A part that is matched by itself: it follows its instruction, which names where it ends."""
        at = self.emit(kind)
        self.tree(tree, flags)
        self.emit(DONE)
        self.code[at] = (kind, len(self.code), *more)

    def either(self, value: Any, flags: int) -> None:
        group, yes, no = value
        self.refers = True
        at = self.emit(TEST)
        self.tree(yes, flags)
        end = self.emit(JUMP)
        self.code[at] = (TEST, group, len(self.code))
        self.tree(no or [], flags)
        self.code[end] = (JUMP, len(self.code))

    def branch(self, trees: Any, flags: int) -> None:
        ends = []
        for tree in trees[:-1]:
            at = self.split()
            self.tree(tree, flags)
            ends.append(self.emit(JUMP))
            self.code[at] = (SPLIT, at + 1, len(self.code), self.code[at][3])
        self.tree(trees[-1], flags)
        for end in ends:
            self.code[end] = (JUMP, len(self.code))

    def repeat(self, value: Any, flags: int, greedy: bool) -> None:
        least, most, tree = value
        for _ in range(least):
            self.tree(tree, flags)
        if most is CODES.MAXREPEAT:
            at = self.split()
            self.slots += 1
            self.emit(ONCE, self.slots)
            self.tree(tree, flags)
            self.emit(JUMP, at)
            self.decide(at, greedy)
            return
        marks = []
        for _ in range(most - least):
            marks.append(self.split())
            self.tree(tree, flags)
        for at in marks:
            self.decide(at, greedy)

    def decide(self, at: int, greedy: bool) -> None:
        inside, after = at + 1, len(self.code)
        self.code[at] = (SPLIT, *((inside, after) if greedy else (after, inside)), self.code[at][3])


class Careful:
    """A pattern that is matched with care."""

    def __init__(self, source: str, flags: int) -> None:
        tree = TREE.parse(source, flags)
        self.groups: int = tree.state.groups - 1
        self.names: dict[str, int] = dict(tree.state.groupdict)
        compiler = Compiler()
        compiler.tree(tree, tree.state.flags)
        compiler.emit(DONE)
        self.code, self.splits, self.refers = compiler.code, compiler.splits, compiler.refers
        self.width = 2 * (self.groups + 1)
        self.slots = compiler.slots

    def search(self, rt: Runtime, text: str, at: int) -> Spans | None:
        seen = self.fresh()
        for start in range(at, len(text) + 1):
            found = self.spans(rt, text, start, seen)
            if found is not None:
                return found
        return None

    def match(self, rt: Runtime, text: str, at: int) -> Spans | None:
        return self.spans(rt, text, at, self.fresh())

    def fresh(self) -> Seen | None:
        """Which splits were tried where; None where what was matched before decides too."""
        return None if self.refers else {}

    def spans(self, rt: Runtime, text: str, start: int, seen: Seen | None) -> Spans | None:
        saves = (-1,) * (self.width + self.slots + 1)
        found = self.run(rt, text, 0, start, saves, seen)
        if found is None:
            return None
        end, saves = found
        return ((start, end), *zip(saves[2 : self.width : 2], saves[3 : self.width : 2], strict=True))

    def run(
        self, rt: Runtime, text: str, pc: int, at: int, saves: Saves, seen: Seen | None
    ) -> tuple[int, Saves] | None:
        """Where the part that begins at `pc` ends, and what its groups hold."""
        code, length = self.code, len(text)
        waiting: list[tuple[int, int, Saves]] = []
        left = PER_STEP * 64
        while True:
            left -= 1
            if left == 0:
                rt.bounds.step(64)
                left = PER_STEP * 64
            instruction = code[pc]
            kind = instruction[0]
            pc += 1
            if kind == CHAR:
                if at < length and instruction[1][text[at]]:
                    at += 1
                    continue
            elif kind == SPLIT:
                if seen is None or self.is_new(rt, seen, instruction[3] * (length + 1) + at):
                    waiting.append((instruction[2], at, saves))
                    pc = instruction[1]
                    continue
            elif kind == JUMP:
                pc = instruction[1]
                continue
            elif kind == SAVE:
                saves = (*saves[: instruction[1]], at, *saves[instruction[1] + 1 :])
                continue
            elif kind == DONE:
                rt.bounds.step((PER_STEP * 64 - left) // PER_STEP)
                return at, saves
            else:
                went = self.rarer(rt, text, instruction, pc, at, saves)
                if went is not None:
                    pc, at, saves = went
                    continue
            if not waiting:
                rt.bounds.step((PER_STEP * 64 - left) // PER_STEP)
                return None
            pc, at, saves = waiting.pop()

    def is_new(self, rt: Runtime, seen: Seen, place: int) -> bool:
        """Whether a place was not tried before; now it was."""
        page = seen.get(place // PAGE)
        if page is None:
            rt.bounds.grow(PAGE)
            page = seen[place // PAGE] = bytearray(PAGE)
        elif page[place % PAGE]:
            return False
        page[place % PAGE] = 1
        return True

    def rarer(
        self, rt: Runtime, text: str, instruction: tuple[Any, ...], pc: int, at: int, saves: Saves
    ) -> tuple[int, int, Saves] | None:
        kind, what = instruction[0], instruction[1]
        if kind == ONCE:  # a round of a loop that matched nothing ends it
            slot = self.width + what
            return None if saves[slot] == at else (pc, at, (*saves[:slot], at, *saves[slot + 1 :]))
        if kind == AT:
            return (pc, at, saves) if holds(what, text, at) else None
        if kind == ATOMIC:
            found = self.run(rt, text, pc, at, saves, self.fresh())
            return None if found is None else (what, *found)
        if kind == LOOK:
            _, end, back, wanted = instruction
            seen = self.fresh()
            found = None if back > at else self.run(rt, text, pc, at - back, saves, seen)
            if (found is not None) is not wanted:
                return None
            return end, at, found[1] if found is not None else saves
        if kind == REFER:
            held = text[saves[2 * what] : saves[2 * what + 1]]
            there = text[at : at + len(held)]
            same = there == held or (instruction[2] and there.lower() == held.lower())
            return (pc, at + len(held), saves) if saves[2 * what + 1] >= 0 and same else None
        return (pc if saves[2 * what + 1] >= 0 else instruction[2]), at, saves


def holds(anchor: Any, text: str, at: int) -> bool:
    """Whether an anchor of a MULTILINE pattern holds at a place."""
    if anchor is CODES.AT_BEGINNING_STRING:
        return at == 0
    if anchor is CODES.AT_BEGINNING:
        return at == 0 or text[at - 1] == "\n"
    if anchor is CODES.AT_END_STRING:
        return at == len(text)
    if anchor is CODES.AT_END:
        return at == len(text) or text[at] == "\n"
    before = at > 0 and is_word(text[at - 1])
    after = at < len(text) and is_word(text[at])
    return (before != after) is (anchor is CODES.AT_BOUNDARY)


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
