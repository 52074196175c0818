"""The host's own address on private networks."""

from __future__ import annotations

from typing import Any

import pytest

from serai.spec.host_address import host_address
from serai.spec.network import Network, NetworkDriver, NetworkMode


@pytest.mark.parametrize("provider", ["libvirt", "lxc", "nspawn", "xen", "docker"])
def test_a_bridge_has_the_first_address(provider: str) -> None:
    assert host_address(provider, Network(subnet="10.40.0.0/24")) == "10.40.0.1"
    assert host_address(provider, Network()) == ""
    assert host_address(provider, Network(subnet="10.40.0.0/24", external="lan")) == ""
    assert host_address(provider, Network(subnet="10.40.0.0/24", mode=NetworkMode.BRIDGE)) == ""


def test_between_qemus_there_is_no_host() -> None:
    assert host_address("qemu", Network(subnet="10.40.0.0/24")) == ""


@pytest.mark.parametrize(
    ("provider", "network", "address"),
    [
        ("docker", {"gateway": "10.40.0.9"}, "10.40.0.9"),
        ("podman", {"gateway": "10.40.0.9"}, "10.40.0.9"),
        ("podman", {"mode": NetworkMode.NAT}, "10.40.0.1"),
        ("podman", {"internal": False}, "10.40.0.1"),
        ("podman", {}, ""),
        ("docker", {"driver": NetworkDriver.MACVLAN}, ""),
        ("docker", {"driver": NetworkDriver.IPVLAN, "gateway": "10.40.0.9"}, "10.40.0.9"),
    ],
)
def test_an_engine_has_its_gateway(provider: str, network: dict[str, Any], address: str) -> None:
    assert host_address(provider, Network(subnet="10.40.0.0/24", **network)) == address
