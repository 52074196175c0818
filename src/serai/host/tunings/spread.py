"""Pages on NUMA nodes: as the guests are bound, else evenly, never more than a node can give (MEM-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from serai.host.wants import Pages
from serai.util.errors import Code, SeraiError
from serai.util.units import format_size, human_size

WHOLE = -1
"""The only node of a host without NUMA."""


def evenly(count: int, room: Mapping[int, int]) -> dict[int, int] | None:
    """`count` on nodes that have room for so many each; a full one leaves its share to the rest. None: no room."""
    given = dict.fromkeys(sorted(room), 0)
    left = count
    while left:
        free = [node for node in given if room[node] > given[node]]
        if not free:
            return None
        share = max(1, left // len(free))
        for node in free:
            take = min(share, room[node] - given[node], left)
            given[node] += take
            left -= take
    return given


def place(wanted: Iterable[Pages], size: int, room: Mapping[int, int], project: str) -> dict[int, int]:
    """Node -> pages of `size` bytes. `room` is what each node can give, in bytes.

    Guests that are bound come first. Raises SeraiError (Code.REFUSED) with the figures when it does not fit,
    (Code.INPUT) for a node that there is not.
    """
    pages = {node: max(0, free) // size for node, free in room.items()}
    total = dict.fromkeys(sorted(room), 0)
    for each in sorted(wanted, key=lambda one: not one.nodes):
        nodes = each.nodes if set(room) != {WHOLE} else ()
        if strange := [node for node in nodes if node not in room]:
            raise SeraiError(
                Code.INPUT,
                f"{project} binds memory to node {strange[0]}: this host has {', '.join(map(str, room))}",
                hint="numa.host_nodes in the project file",
            )
        count = -(-each.memory // size)
        given = evenly(count, {node: pages[node] - total[node] for node in (nodes or room)})
        if given is None:
            raise _full(each, size, room, nodes)
        for node, more in given.items():
            total[node] += more
    return total


def _full(wanted: Pages, size: int, room: Mapping[int, int], nodes: tuple[int, ...]) -> SeraiError:
    figures = [f"{_name(node)} can give {human_size(max(0, room[node]))}" for node in (nodes or room)]
    most = sum(max(0, room[node]) // size for node in (nodes or room)) * size
    return SeraiError(
        Code.REFUSED,
        f"{human_size(wanted.memory)} in pages of {format_size(size)} do not fit: {', '.join(figures)}",
        hint=f"--for with less, at most {human_size(most)} now; or --force plans for the next boot, when more "
        f"is free",
    )


def _name(node: int) -> str:
    return "this host" if node == WHOLE else f"node {node}"
