"""A network that is there otherwise than the file states it: shown, made anew under its containers, or refused."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from dockerd import Dockerd, PodmanService
from person import Serai
from serai.providers.docker.network_changes import differences
from serai.spec.network import Network

FOUND = {
    "Name": "shop-back-3f2a",
    "Driver": "bridge",
    "Internal": True,
    "Options": {"com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.name": "br-shop"},
    "IPAM": {"Config": [{"Subnet": "10.40.0.0/24", "Gateway": "10.40.0.1"}]},
}


@pytest.mark.parametrize(
    ("stated", "different"),
    [
        ({}, []),
        ({"subnet": "10.40.0.0/24", "mtu": 1400, "driver": "bridge", "internal": True, "bridge": "br-shop"}, []),
        ({"mode": "isolated"}, []),
        ({"subnet": "10.41.0.0/24"}, [("subnet", "10.40.0.0/24", "10.41.0.0/24")]),
        ({"gateway": "10.40.0.254"}, [("gateway", "10.40.0.1", "10.40.0.254")]),
        ({"ip_range": "10.40.0.128/25"}, [("ip_range", None, "10.40.0.128/25")]),
        ({"mtu": 1500}, [("mtu", 1400, 1500)]),
        ({"driver": "macvlan"}, [("driver", "bridge", "macvlan")]),
        ({"internal": False}, [("internal", True, False)]),
        ({"mode": "nat"}, [("mode", "isolated", "nat")]),
        ({"mode": "nat", "internal": True}, []),
        ({"bridge": "br-new"}, [("bridge", "br-shop", "br-new")]),
        ({"options": {"com.docker.network.bridge.enable_icc": "false"}},
         [("options.com.docker.network.bridge.enable_icc", None, "false")]),
    ],
)  # fmt: skip
def test_what_the_file_states_is_held_to_what_the_engine_has(
    stated: dict[str, Any], different: list[tuple[str, Any, Any]]
) -> None:
    assert list(differences(msgspec.convert(stated, Network), FOUND, "docker")) == different


def test_podman_has_other_words_and_does_not_tell_all() -> None:
    found = {**FOUND, "Options": {"mtu": "1400"}}
    wanted = Network(mtu=1400, bridge="br-shop", options={"mtu": "1400"})

    assert list(differences(wanted, found, "podman")) == []
    assert [key for key, _, _ in differences(wanted, {**found, "Options": {}}, "podman")] == ["mtu"]


def test_a_network_that_leads_out_and_does_not_translate_is_routed() -> None:
    found = {**FOUND, "Internal": False, "Options": {"com.docker.network.bridge.enable_ip_masquerade": "false"}}

    assert list(differences(msgspec.convert({"mode": "route"}, Network), found, "docker")) == []
    assert list(differences(msgspec.convert({"mode": "nat"}, Network), found, "docker")) == [
        ("mode", "route", "nat")
    ]


SHOP = """
project: shop
networks:
  back: {{subnet: 10.40.{number}.0/24, mtu: {mtu}}}
machines:
  web: {{provider: {provider}, image: small:1, networks: [{{private: back}}], container: {{cmd: sleep 1000, stop_timeout: 0}}}}
  db: {{provider: {provider}, image: small:1, networks: [{{private: back}}], container: {{cmd: sleep 1000, stop_timeout: 0}}}}
"""  # noqa: E501 - a machine a line


def reaches(serai: Serai, one: str, other: str) -> None:
    """By address: podman without its DNS has no names."""
    found = re.search(r"10\.40\.9\d\.\d+", serai("exec", other, "--", "ip addr").stdout)
    assert found is not None
    serai("exec", one, "--", f"ping -c 1 -W 5 {found[0]}")


def life(serai: Serai, provider: str, first: int, then: int) -> None:
    """Two containers: the MTU changes under them while they run, then the subnet while one is stopped."""
    serai.file(SHOP.format(provider=provider, number=first, mtu=1400))
    serai("up")
    assert serai("plan").returncode == 0
    began = serai("exec", "web", "--", "stat -c %Y /proc/1").stdout

    serai.file(SHOP.format(provider=provider, number=first, mtu=1300))
    said = serai("plan", code=2).stdout
    assert "networks.back.mtu 1400 -> 1300" in said
    assert "made anew" in said
    assert "db is on it too (serai up db, with the others)" in serai("up", "web").stderr
    serai("up")
    assert serai("plan").returncode == 0
    assert began == serai("exec", "web", "--", "stat -c %Y /proc/1").stdout  # nobody was started again
    assert "mtu 1300" in serai("exec", "web", "--", "ip link").stdout
    reaches(serai, "web", "db")

    serai("halt", "db")
    serai.file(SHOP.format(provider=provider, number=then, mtu=1300))
    assert f"networks.back.subnet 10.40.{first}.0/24 -> 10.40.{then}.0/24" in serai("plan", code=2).stdout
    serai("up")
    assert f"10.40.{then}." in serai("exec", "db", "--", "ip addr").stdout
    reaches(serai, "db", "web")
    assert serai("plan").returncode == 0


@pytest.mark.engine
@pytest.mark.root
def test_docker_makes_it_anew_under_containers_that_run(serai: Serai, dockerd: Dockerd) -> None:
    life(serai, "docker", 91, 92)

    client = dockerd.client()
    (network,) = client.networks(filters={"label": ["serai.network=back"]})
    made = client.create_container("small:1", "sleep 1000", name="stranger")
    client.connect_container_to_network(made["Id"], network["Id"])
    serai.file(SHOP.format(provider="docker", number=92, mtu=1400))

    said = serai("plan", code=2).stdout
    assert f"stranger of somebody else is on it (docker network disconnect -f {network['Name']} stranger)" in said
    assert client.networks(names=[network["Name"]])[0]["Id"] == network["Id"]

    client.remove_container(made["Id"])
    serai.file(SHOP.format(provider="docker", number=92, mtu=1300).replace("10.40.92.0/24", "10.213.0.0/16"))
    serai("up", code=6)  # that subnet is the daemon's own
    serai("exec", "web", "--", "ping -c 1 -W 5 db")  # on the old one still


@pytest.mark.engine
@pytest.mark.root
def test_podman_does_so_too(serai: Serai, podman: PodmanService) -> None:
    life(serai, "podman", 93, 94)
