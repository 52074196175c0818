"""Top-level networks."""

from __future__ import annotations

import pytest

from compose_cases import service


def network(shop, text: str):
    return shop.project(service("networks: [a]", f"networks: {{a: {{{text}}}}}\n")).networks["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"mode": "nat", "internal": None, "driver": None}),
        ("internal: true", {"mode": "isolated", "internal": True}),
        (
            "driver: bridge, driver_opts: {com.docker.network.driver.mtu: 1400, x: y}",
            {"mtu": 1400, "options": {"x": "y"}},
        ),
        ("driver_opts: {com.docker.network.bridge.name: br7}", {"bridge": "br7"}),
        ("driver: ipvlan, driver_opts: {parent: eth0}", {"driver": "ipvlan", "parent": "eth0"}),
        ("external: true", {"external": "a"}),
        ("external: true, name: b", {"external": "b"}),
        ("external: {name: c}", {"external": "c"}),
        (
            "ipam: {config: [{subnet: 10.9.0.0/16, gateway: 10.9.0.1}]}",
            {"subnet": "10.9.0.0/16", "gateway": "10.9.0.1"},
        ),
    ],
)
def test_a_network_is_mapped(shop, text: str, expected: dict[str, object]) -> None:
    found = network(shop, text)

    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("driver: overlay", "an overlay is of a swarm"),
        ("driver: host", "network_mode: host"),
        ("driver: brige", "did you mean 'bridge'?"),
        ("driver_opts: {com.docker.network.driver.mtu: big}", "'big' is no MTU"),
        ("ipam: {config: [{subnet: x}]}", "'x' is no subnet"),
        ("intrnal: true", "did you mean 'internal'?"),
    ],
)
def test_what_is_wrong_is_refused(shop, text: str, said: str) -> None:
    found = shop.errors(service("networks: [a]", f"networks: {{a: {{{text}}}}}\n"))

    assert len(found) == 1
    assert said in found[0]


def test_what_has_no_effect_is_noted(shop) -> None:
    text = (
        "attachable: true, enable_ipv6: true, name: mine, ipam: {driver: x, options: {a: b}, "
        "config: [{subnet: 'fd00::/64'}, {subnet: 10.9.0.0/24, aux_addresses: {h: 10.9.0.9}}]}"
    )

    found = shop.notes(service("networks: [a]", f"networks: {{a: {{{text}}}}}\n"))

    assert [line.partition(":")[0] for line in found] == [
        "a.attachable",
        "a.enable_ipv6",
        "a.name",
        "a.ipam.options",
        "a.ipam.driver",
        "a.ipam.config.subnet",
        "a.ipam.config.aux_addresses",
    ]
