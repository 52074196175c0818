"""What an engine would leave out of a network without a word is refused by its key."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.docker.check_networks import check_network
from serai.spec.network import Network


def refused(provider: str = "docker", **spec: Any) -> list[str]:
    found = check_network("back", msgspec.convert(spec, Network), provider)
    assert all(each.hint for each in found)
    return [each.message.split(": ")[0].removeprefix("networks.back.") for each in found]


@pytest.mark.parametrize("provider", ["docker", "podman"])
@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"dhcp": False}, "dhcp"),
        ({"dns": False}, "dns"),
        ({"ipv6": "fd00::/64"}, "ipv6"),
        ({"portgroups": {"dmz": {}}}, "portgroups"),
        ({"mode": "open"}, "mode"),
        ({"mode": "bridge", "bridge": "br0"}, "mode"),
        ({"parent": "eth0"}, "parent"),
        ({"driver": "macvlan"}, "parent"),
        ({"driver": "ipvlan", "parent": "eth0", "mode": "nat"}, "mode"),
        ({"driver": "macvlan", "parent": "eth0", "bridge": "br0"}, "bridge"),
        ({"external": "corp", "mtu": 1400}, "mtu"),
        ({"external": "corp", "options": {"a": "b"}}, "options"),
    ],
)
def test_what_no_engine_does_is_refused(provider: str, spec: dict[str, Any], key: str) -> None:
    assert refused(provider, **spec) == [key]


def test_a_macvlan_has_the_size_of_its_device_with_docker_and_its_own_with_podman() -> None:
    spec = {"driver": "macvlan", "parent": "eth0", "mtu": 1400}

    assert refused(**spec) == ["mtu"]
    assert refused("podman", **spec) == []


def test_podman_translates_always_and_knows_few_options() -> None:
    assert refused("podman", mode="route") == ["mode"]
    assert refused("podman", options={"com.docker.network.bridge.enable_icc": "false"}) == [
        "options.com.docker.network.bridge.enable_icc"
    ]
    assert refused(mode="route", options={"com.docker.network.bridge.enable_icc": "false"}) == []


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"mode": "nat", "mtu": 1400, "domain": "shop.test", "dhcp_range": "10.40.0.10-10.40.0.20"},
        {"driver": "macvlan", "internal": True},
        {"external": "corp", "subnet": "10.1.0.0/24", "domain": "shop.test"},
    ],
)
def test_what_engines_do_is_not_refused(spec: dict[str, Any]) -> None:
    assert refused(**spec) == refused("podman", **spec) == []
