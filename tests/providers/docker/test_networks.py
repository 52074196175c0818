"""Which networks a container is on, and what they are made of."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from docker_site import MATERIALS, SCOPE, machine
from serai.providers.docker import networks
from serai.providers.docker.networks import BRIDGE, body, is_internal, links, of_public, public_name, sweep
from serai.spec.network import MacvtapMode, Network, PublicNic

BACK, OUT = {"private": {"network": "back"}}, {"private": {"network": "out"}}


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ({}, [BRIDGE]),
        ({"networks": [BACK]}, [BRIDGE, "shop-back-3f2a"]),
        ({"networks": [BACK, OUT]}, ["shop-out-3f2a", "shop-back-3f2a"]),
        ({"networks": [BACK, {"uplink": {"type": "none"}}]}, ["shop-back-3f2a"]),
        ({"networks": [{"uplink": {"type": "network", "network_name": "corp"}}]}, ["corp"]),
        ({"networks": [{"public": {"dev": "eth0", "address": "10.0.0.9/24"}}]}, [BRIDGE, "serai-public-eth0"]),
        ({"container": {"network_mode": "host"}, "networks": []}, []),
    ],
)
def test_what_leads_out_comes_first(spec: dict[str, Any], names: list[str]) -> None:
    assert [link.network for link in links(SCOPE, machine(**spec), MATERIALS)] == names


def test_a_machine_is_found_by_all_of_its_names() -> None:
    nic = {"private": {"network": "back", "aliases": ["here"], "mac": "52:54:00:00:00:01"}}
    wanted = machine(networks=[nic], hostname="www", aliases=["shop"], container={"links": ["db"]})

    link = links(SCOPE, wanted, MATERIALS)[1]

    assert link.address == "10.40.0.10"
    assert link.aliases == ("web", "www", "shop", "here")
    assert link.mac == "52:54:00:00:00:01"
    assert link.links == ("shop-db-3f2a:db",)


@pytest.mark.parametrize(
    ("network", "internal", "options"),
    [
        ({}, True, {}),
        ({"mode": "nat", "mtu": 1400}, False, {"com.docker.network.driver.mtu": "1400"}),
        ({"internal": False}, False, {}),
        ({"mode": "route"}, False, {"com.docker.network.bridge.enable_ip_masquerade": "false"}),
        ({"bridge": "br-shop"}, True, {"com.docker.network.bridge.name": "br-shop"}),
        ({"driver": "macvlan", "parent": "eth0"}, False, {"parent": "eth0"}),
        ({"driver": "ipvlan", "options": {"ipvlan_mode": "l3"}}, False, {"ipvlan_mode": "l3"}),
    ],
)  # fmt: skip
def test_a_network_is_made_as_its_keys_say(
    network: dict[str, Any], internal: bool, options: dict[str, str]
) -> None:
    spec = msgspec.convert(network, Network)

    made = body("n", spec, {"a": "b"})

    assert (made["Internal"], made["Options"]) == (internal, options)
    assert made["Driver"] == network.get("driver", "bridge")


def test_a_subnet_has_its_gateway_and_range() -> None:
    spec = Network(subnet="10.1.0.0/24", gateway="10.1.0.254", ip_range="10.1.0.128/25")

    assert body("n", spec, {})["IPAM"] == {
        "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.254", "IPRange": "10.1.0.128/25"}]
    }


def test_an_external_network_may_lead_anywhere() -> None:
    assert not is_internal(Network(external="corp"))


def test_a_public_card_is_a_macvlan_in_the_subnet_of_its_address() -> None:
    made = of_public(PublicNic(dev="eth0", address="192.168.1.50/24", gateway="192.168.1.1"), "docker")

    assert (made.driver, made.parent, made.subnet, made.gateway) == (
        "macvlan",
        "eth0",
        "192.168.1.0/24",
        "192.168.1.1",
    )


@pytest.mark.parametrize(("provider", "key"), [("docker", "macvlan_mode"), ("podman", "mode")])
def test_its_mode_is_told_in_the_engine_s_word_and_has_a_network_of_its_own(provider: str, key: str) -> None:
    nic = PublicNic(dev="eth0", address="192.168.1.50/24", mode=MacvtapMode.PASSTHROUGH)

    assert of_public(nic, provider).options == {key: "passthru"}
    assert public_name(nic) == "serai-public-eth0-passthrough"


def test_what_is_being_joined_is_not_swept(home: Path) -> None:
    order: list[str] = []

    def sweeper() -> None:
        with networks.sweeping():
            order.append("swept")

    with networks.using(), networks.using():  # two containers are made at once
        thread = threading.Thread(target=sweeper)
        thread.start()
        thread.join(0.2)
        order.append("joined")
    thread.join(10)

    assert order == ["joined", "swept"]


def test_a_network_that_all_projects_share_stays_while_another_one_has_a_container_on_it() -> None:
    class Client:
        removed: list[str] = []
        there: list[dict[str, str]] = [{"Id": "of another project, made and not started"}]

        def networks(self, filters: Any) -> list[dict[str, Any]]:
            return [{"Name": "serai-public-eth0", "Id": "7", "Labels": {"serai.network": "serai-public-eth0"}}]

        def containers(self, all: bool, filters: dict[str, list[str]]) -> list[dict[str, str]]:
            assert filters == {"network": ["7"]}
            return self.there

        def remove_network(self, ident: str) -> None:
            self.removed.append(ident)

    client = Client()
    sweep(client, SCOPE, [])
    assert client.removed == []

    client.there = []
    sweep(client, SCOPE, [])
    assert client.removed == ["7"]


def test_what_another_process_has_made_meanwhile_is_not_made_again(home: Path) -> None:
    """Both have seen that it is not there; the second waits for the first, and looks again."""

    class Client:
        made: list[str] = []
        looks = 0

        def networks(self) -> list[dict[str, str]]:
            self.looks += 1
            return [{"Name": "shop-back-3f2a"}] if self.looks > 1 else []

        def create_network(self, name: str, **more: object) -> None:
            self.made.append(name)

    client = Client()
    networks.ensure(client, SCOPE, machine(networks=[BACK]), MATERIALS)

    assert (client.made, client.looks) == ([], 2)


def test_networks_go_with_their_last_container() -> None:
    class Client:
        removed: list[str] = []

        def networks(self, filters: Any) -> list[dict[str, Any]]:
            mine, other = {"serai.id": "3f2a", "serai.network": "x"}, {"serai.id": "9999", "serai.network": "x"}
            return [
                {"Name": "used", "Id": "1", "Labels": mine},
                {"Name": "idle", "Id": "2", "Labels": mine},
                {"Name": "foreign", "Id": "3", "Labels": other},
            ]

        def remove_network(self, ident: str) -> None:
            self.removed.append(ident)

    client = Client()

    sweep(client, SCOPE, [{"NetworkSettings": {"Networks": {"used": {}}}}])

    assert client.removed == ["2"]
