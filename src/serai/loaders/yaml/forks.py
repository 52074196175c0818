"""`fork: db`: a machine that has all from another one of the file, but what only it can have.

Defaults and profiles do not reach it, since its parent has had them. It may be a fork of a fork.
"""

from __future__ import annotations

import re

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.nodes import Map, listed
from serai.loaders.yaml.problems import Problems
from serai.spec.likeness import OWN, fork_of, interfaces
from serai.util.errors import did_you_mean

UNROLLED = re.compile(r"-[^-]+$")


def settle(machines: list[Checked], section: Map, problems: Problems) -> list[Checked]:
    """Each fork with what its parent is. One whose parent is not there, or that states what it cannot, is left out
    with its problem."""
    known = {one.machine.name: one for one in machines}
    done: dict[str, Checked | None] = {}

    def made(name: str, trail: tuple[str, ...]) -> Checked | None:
        if name not in done:
            one = known[name]
            done[name] = one if one.machine.fork is None else _made(one, (*trail, name))
        return done[name]

    def _made(one: Checked, trail: tuple[str, ...]) -> Checked | None:
        origin = one.machine.fork or ""
        node = one.at("fork")
        if origin in trail:
            circle = " → ".join([*trail[trail.index(origin) :], origin])
            problems.at(node, f"machines are forks of each other in a circle: {circle}")
            return None
        if origin not in known:
            many = [name for name in known if UNROLLED.sub("", name) == origin]
            near = f"it is many: {listed(many)}" if many else did_you_mean(origin, list(known))
            problems.at(node, f"no such machine {origin!r}, {near or 'there are ' + listed(sorted(known))}")
            return None
        parent = made(origin, trail)
        return _like(one, parent, problems) if parent is not None else None

    return [found for name in known if (found := made(name, ())) is not None]


def _like(one: Checked, parent: Checked, problems: Problems) -> Checked | None:
    stated = frozenset(one.node.items) - {"fork"}
    wrong = sorted(stated - OWN - {"name"})
    for key in wrong:
        hint = f"leave it out; a fork may state {', '.join(sorted(OWN))}"
        problems.at_key(one.node, key, f"a fork has it from its parent {parent.machine.name}", hint)
    if wrong:
        return None
    found = fork_of(parent.machine, one.machine.name, one.machine, stated & OWN)
    if "networks" in stated and interfaces(found) != interfaces(parent.machine):
        what = f"a fork has the interfaces of its parent {parent.machine.name}, in their order"
        problems.at(one.at("networks"), what, "only its ports and addresses are its own")
        return None
    return Checked(found, one.node)
