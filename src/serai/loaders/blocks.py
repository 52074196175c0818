"""Blocks of `providers:` whose form serai does not have itself: those who know the providers are asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from serai.loaders.shape import ANY, Shape, record
from serai.spec.base import Spec

RawBlock: TypeAlias = Callable[[str], type[Spec] | None]
"""The struct that a provider declares for its block; None: any form. Raises SeraiError for a name nobody has.

Providers are above the loaders, which cannot ask them: a caller gives this, `providers.registry.raw_block`.
"""


class Blocks:
    """Asks once for each name. Without somebody to ask, `open` is false, and every form is free."""

    def __init__(self, ask: RawBlock | None = None) -> None:
        self._ask = ask
        self._forms: dict[str, type[Spec] | None] = {}

    @property
    def open(self) -> bool:
        """Whether a file may have blocks beside those of serai's own providers."""
        return self._ask is not None

    def form(self, name: str) -> type[Spec] | None:
        """What the provider declares. Raises SeraiError for a name nobody has."""
        if name not in self._forms:
            self._forms[name] = self._ask(name) if self._ask else None
        return self._forms[name]

    def shape(self, name: str) -> Shape:
        """The shape of the block. Raises SeraiError for a name nobody has."""
        form = self.form(name)
        return ANY if form is None else record(form)


CLOSED = Blocks()
"""Nobody to ask."""
