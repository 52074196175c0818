"""Networks that exist otherwise than stated are changes of the machines that are on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from serai.providers.contract import Effect, Verdict
from serai.providers.network_change import NetworkChange
from serai.run.networks import network_changes
from serai.spec.machine import Machine, Project
from serai.spec.network import Network, Nic, PrivateNic


def on(name: str, *networks: str, provider: str = "fake") -> Machine:
    nics = [Nic(private=PrivateNic(network=network)) for network in networks]
    return Machine(name=name, provider=provider, networks=nics)


def asked(
    project: Project, wanted: Collection[str], effect: Effect
) -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    """(machine -> key and refusal, networks that the provider was asked about)"""
    names: list[str] = []

    class Driver:
        def network_changes(
            self, networks: Mapping[str, Network], together: Collection[str]
        ) -> list[NetworkChange]:
            names.extend(networks)
            return [NetworkChange(name, "mtu", 1400, 1500, Verdict(effect, "because")) for name in networks]

    class Place:
        def __init__(self) -> None:
            self.project = project

        def driver(self, name: str) -> Driver:
            return Driver()

    found = network_changes(Place(), wanted)  # type: ignore[arg-type]
    return {name: [(each.key, each.refused) for each in changes] for name, changes in found.items()}, names


MACHINES = {each.name: each for each in (on("web", "back", "out"), on("db", "back"), on("lone", "own"))}
NETWORKS = {"back": Network(mtu=1500), "out": Network(external="corp"), "own": Network(mtu=1500)}
SHOP = Project(project="shop", machines=MACHINES, networks=NETWORKS)


def test_each_machine_on_it_has_the_change() -> None:
    found, names = asked(SHOP, ["web", "db"], Effect.LIVE)

    assert found == {"web": [("networks.back.mtu", "")], "db": [("networks.back.mtu", "")]}
    assert names == ["back"]  # not the external one, and none that nobody is on now


def test_what_is_refused_is_told_once() -> None:
    found, _ = asked(SHOP, ["web", "db"], Effect.IMMUTABLE)

    assert found == {"web": [("networks.back.mtu", "because")]}


def test_a_network_of_several_providers_and_one_that_is_not_described_are_left_alone() -> None:
    other = {**MACHINES, "db": on("db", "back", provider="other")}
    shared = Project(project="shop", machines=other, networks=NETWORKS)

    assert asked(shared, ["web", "db"], Effect.LIVE) == ({}, [])
    bare = Project(project="shop", machines=MACHINES)
    assert asked(bare, ["web"], Effect.LIVE) == ({}, [])
