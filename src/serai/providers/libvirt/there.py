"""Looks at each of what libvirt listed, without those that somebody took away in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from serai.providers.libvirt.binding import is_gone, library

Seen = TypeVar("Seen")


def each(things: Iterable[Any], look: Callable[[Any], Seen]) -> Iterator[tuple[Any, Seen]]:
    """Every object that is still there, and what was seen of it. A list and a look are two calls, and others
    make and remove domains, networks and pools meanwhile."""
    libvirt = library()
    for thing in things:
        try:
            seen = look(thing)
        except libvirt.libvirtError as error:
            if not is_gone(error):
                raise
        else:
            yield thing, seen
