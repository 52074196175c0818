"""Peers: what a machine is told of is worked out once."""

from __future__ import annotations

import pytest

from serai.plan import addresses
from serai.plan.addresses import Allocation
from serai.run.peers import Peers
from serai.spec.machine import Machine

ALLOCATION = Allocation(
    addresses={
        "back": {"web": "10.40.0.10/24", "db": "10.40.0.11/24"},
        "front": {"web": "10.41.0.10/24", "box": "10.41.0.11/24"},
    },
    names={"db": ("database", "db.example")},
)
MACHINES = {
    "web": Machine(name="web", provider="libvirt"),
    "db": Machine(name="db", provider="lxc"),
    "box": Machine(name="box", provider="libvirt"),
    "alone": Machine(name="alone", provider="libvirt"),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", {"web", "db", "database", "db.example", "box"}),
        ("db", {"web", "db", "database", "db.example"}),
        ("box", {"web", "box"}),
        ("alone", set()),
        ("a-fork", set()),
    ],
)
def test_each_is_told_of_those_on_its_networks(name: str, expected: set[str]) -> None:
    found = Peers(MACHINES, ALLOCATION).hosts(name)
    assert set(found) == expected
    assert found.get("db", "10.40.0.11") == "10.40.0.11"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", {"db": "10.40.0.11", "database": "10.40.0.11", "db.example": "10.40.0.11"}),
        ("db", {"web": "10.40.0.10"}),
        ("box", {}),
        ("alone", {}),
    ],
)
def test_foreign_are_those_of_other_providers(name: str, expected: dict[str, str]) -> None:
    assert Peers(MACHINES, ALLOCATION).foreign(MACHINES[name]) == expected


def test_a_thousand_machines_on_a_network_cost_one_walk_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = []
    walk = addresses._peers
    monkeypatch.setattr(addresses, "_peers", lambda *args: walks.append(args) or walk(*args))
    machines = {f"web-{n}": Machine(name=f"web-{n}") for n in range(1000)}
    members = {name: f"10.40.{n // 250}.{n % 250 + 1}/16" for n, name in enumerate(machines)}
    peers = Peers(machines, Allocation(addresses={"back": members}))

    found = [(peers.hosts(name), peers.foreign(machine)) for name, machine in machines.items()]

    assert len(walks) == 1
    assert all(each is found[0][0] and others is found[0][1] for each, others in found)
