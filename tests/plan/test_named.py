"""Machines that a container names are made and started before it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.plan.named import comes_after, made_before, named, refuse_circles
from serai.plan.up import closure, plan_up
from serai.providers.contract import Effect, Verdict
from serai.spec.machine import After, Machine
from serai.util.errors import Code, SeraiError


def machines(**specs: dict[str, Any]) -> dict[str, Machine]:
    return {
        name: msgspec.convert({"name": name, "provider": "docker", "image": "x", **spec}, Machine)
        for name, spec in specs.items()
    }


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, {}),
        ({"container": {}}, {}),
        ({"container": {"volumes_from": ["db:ro", "logs"]}}, {"db": "volumes_from", "logs": "volumes_from"}),
        ({"container": {"links": ["db:database"]}}, {"db": "links"}),
        ({"container": {"links": ["db"]}, "networks": [{"private": {}}]}, {}),
        ({"container": {"network_mode": "machine:db", "pid": "host"}}, {"db": "network_mode"}),
        ({"container": {"pid": "machine:web"}}, {}),
    ],
)  # fmt: skip
def test_what_a_container_needs_to_be_there(spec: dict[str, Any], found: dict[str, str]) -> None:
    assert named(machines(web=spec)["web"]) == found


def test_what_the_file_says_counts_over_what_is_implied_and_containers_of_others_are_nobody_s() -> None:
    spec = {"container": {"volumes_from": ["db", "logs", "elsewhere"]}, "after": {"db": "ready"}}
    known = machines(web=spec, db={}, logs={})

    assert comes_after(known, "web") == {"db": After.READY, "logs": After.STARTED}
    assert made_before(known, "web") == ["db", "logs"]
    assert closure(known, ["web"]) == ["web", "db", "logs"]


def test_its_steps_wait_for_theirs() -> None:
    known = machines(web={"container": {"volumes_from": ["db"]}}, db={})

    plan = plan_up(known, ["web"], {}, {}, lambda *_: Verdict(Effect.LIVE))

    needs = {step.id: step.needs for step in plan.steps}
    assert "db/create" in needs["web/create"]
    assert "db/start" in needs["web/start"]


def test_machines_that_name_each_other_are_refused() -> None:
    known = machines(
        web={"container": {"volumes_from": ["db"]}}, db={"container": {"network_mode": "machine:web"}}
    )

    with pytest.raises(SeraiError, match=r"container\.\w+: machines wait for each other in a circle") as error:
        refuse_circles(known, known)
    assert error.value.code is Code.INPUT
