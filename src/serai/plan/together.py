"""One run of Ansible for many machines: a block whose limit names others waits for them, done once (VAG-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import msgspec

from serai.plan.provisioning import keyed
from serai.plan.steps import Act, Step
from serai.provisioners.ansible_groups import covered
from serai.spec.machine import Machine

KIND = "ansible"


def together(machines: Mapping[str, Machine], steps: Sequence[Step]) -> list[Step]:
    """The steps, with the last of equal blocks in place of all, after every machine that it covers is ready.

    Unchanged where that would make machines wait for each other in a circle.
    """
    found = list(steps)
    shared = {item.id: told for item in steps if (told := _told(machines, item))}
    if not shared:
        return found
    for item in [item for item in steps if item.id in shared]:
        told = shared[item.id]
        others = covered(told["limit"], told.get("groups", {}), list(machines))
        same = [each for each in steps if shared.get(each.id) == told and each.machine in (*others, item.machine)]
        if len(same) > 1 and item.machine in others and same[-1] is item:
            found = _once(found, item, same[:-1])
        found = [_after_ready(found, each, others) if each.id == item.id else each for each in found]
    return found if _ends(found) else list(steps)


def _told(machines: Mapping[str, Machine], item: Step) -> dict[str, Any]:
    """What the ansible block of a step says, when it has a limit."""
    if item.act is not Act.PROVISION or item.machine not in machines:
        return {}
    block = dict(keyed(machines[item.machine])).get(item.key)
    told: dict[str, Any] = block.tool.get(KIND, {}) if block else {}
    return told if told.get("limit") else {}


def _once(steps: list[Step], runner: Step, same: Sequence[Step]) -> list[Step]:
    """Without the `same` steps, whose place in their machines' order the runner takes."""
    gone = {each.id for each in same}
    before = [need for each in same for need in each.needs]
    found = []
    for item in steps:
        if item.id in gone:
            continue
        if item.id == runner.id:
            also = tuple(f"{each.machine}:{each.key}" for each in same)
            item = msgspec.structs.replace(item, needs=_joined(item.needs, before), also=also)
        elif gone & set(item.needs):
            kept = [need for need in item.needs if need not in gone]
            item = msgspec.structs.replace(item, needs=_joined(kept, [runner.id]))
        found.append(item)
    return found


def _after_ready(steps: Sequence[Step], item: Step, others: Sequence[str]) -> Step:
    """The step, after the others' last one before their own blocks."""
    last = {each.machine: each.id for each in steps if each.act not in (Act.PROVISION, Act.IMAGE)}
    return msgspec.structs.replace(
        item, needs=_joined(item.needs, [last[name] for name in others if name in last])
    )


def _joined(needs: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*needs, *more)))


def _ends(steps: Sequence[Step]) -> bool:
    try:
        TopologicalSorter({item.id: item.needs for item in steps}).prepare()
    except CycleError:
        return False
    return True
