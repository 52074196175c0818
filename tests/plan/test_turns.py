"""One machine after another."""

from __future__ import annotations

from serai.plan.steps import Act, step
from serai.plan.turns import in_turn
from serai.spec.machine import After, Machine


def chain(name: str) -> list:
    create = step(Act.CREATE, name)
    return [create, step(Act.START, name, create.id)]


def test_each_machine_waits_for_the_last_step_of_the_one_before() -> None:
    machines = {name: Machine(name=name) for name in ("a", "b", "c")}
    found = in_turn(machines, [*chain("a"), *chain("b"), *chain("c")])
    assert {item.id: item.needs for item in found} == {
        "a/create": (),
        "a/start": ("a/create",),
        "b/create": ("a/start",),
        "b/start": ("b/create",),
        "c/create": ("b/start",),
        "c/start": ("c/create",),
    }


def test_a_machine_that_comes_after_a_later_one_waits_for_it() -> None:
    machines = {"web": Machine(name="web", after={"db": After.READY}), "db": Machine(name="db")}
    needs = {item.id: item.needs for item in in_turn(machines, [*chain("web"), *chain("db")])}
    assert needs["web/create"] == ("db/start",)
    assert needs["db/create"] == ()
