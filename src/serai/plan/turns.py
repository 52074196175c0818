"""`--no-parallel`: the same steps, one machine after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

import msgspec

from serai.plan.named import comes_after
from serai.plan.steps import Act, Step
from serai.spec.machine import Machine


def in_turn(machines: Mapping[str, Machine], steps: Sequence[Step]) -> list[Step]:
    """Each machine's first step needs the last one of the machine before: the file's order, but `after` counts.

    A machine that fails holds back those that follow.
    """
    chains: dict[str, list[Step]] = {}
    for item in steps:
        if item.act is not Act.IMAGE:
            chains.setdefault(item.machine, []).append(item)
    before: dict[str, str] = {}
    last = ""
    before_it = {name: [other for other in comes_after(machines, name) if other in chains] for name in chains}
    for name in _order(before_it):
        if last:
            before[chains[name][0].id] = last
        last = chains[name][-1].id
    return [
        msgspec.structs.replace(item, needs=(*item.needs, before[item.id])) if item.id in before else item
        for item in steps
    ]


def _order(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Names in the order given, each behind those that it comes after."""
    sorter = TopologicalSorter(after)
    sorter.prepare()
    place = {name: at for at, name in enumerate(after)}
    ready: list[str] = []
    found: list[str] = []
    while sorter.is_active():
        ready = sorted((*ready, *sorter.get_ready()), key=place.__getitem__)
        found.append(ready.pop(0))
        sorter.done(found[-1])
    return found
