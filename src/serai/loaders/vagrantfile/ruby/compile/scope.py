"""Which local variables are known where: found out while compiling, as Ruby's own parser does."""

from __future__ import annotations


class Scope:
    """The names of one frame. A block's scope sees those around it; a method's, class's or file's does not."""

    __slots__ = ("jumps", "kind", "loops", "names", "numbered", "outer", "parameters")

    def __init__(self, kind: str, outer: Scope | None = None) -> None:
        self.kind = kind
        """ "file", "method", "class", "block" or "lambda"."""
        self.outer = outer
        self.names: dict[str, int] = {}
        self.jumps: set[str] = set()
        """Of "next", "return": what the frame's code does, so that it is only caught where it is needed."""
        self.loops = 0
        """How many while, until and for are around the place, in this frame."""
        self.numbered: int = 0
        """The highest of _1.._9, or 1 for `it`, that a block without parameters uses."""
        self.parameters: object = None
        """Of a method: what a bare `super` hands on."""

    @property
    def is_block(self) -> bool:
        return self.kind in ("block", "lambda")

    def declare(self, name: str) -> tuple[int, int]:
        """(frames up, slot) of a variable that is assigned here."""
        found = self.find(name)
        if found is not None:
            return found
        return 0, self.own(name)

    def own(self, name: str) -> int:
        """A slot in this very frame: a parameter, a block-local."""
        return self.names.setdefault(name, len(self.names))

    def find(self, name: str) -> tuple[int, int] | None:
        up = 0
        scope: Scope | None = self
        while scope is not None:
            slot = scope.names.get(name)
            if slot is not None:
                return up, slot
            if not scope.is_block:
                return None
            scope, up = scope.outer, up + 1
        return None

    def visible(self) -> list[str]:
        """The names that can be read here, the nearest first."""
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            names += [name for name in scope.names if name[0].islower() or name[0] == "_"]
            scope = scope.outer if scope.is_block else None
        return list(dict.fromkeys(names))

    def method(self) -> Scope:
        """The scope of the method, class or file around."""
        scope = self
        while scope.is_block and scope.outer is not None:
            scope = scope.outer
        return scope
