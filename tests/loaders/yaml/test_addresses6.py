"""IPv6 on private networks (NET-1)."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiErrors


def loaded(networks, machines, tmp_path):
    text = f"project: p\nnetworks: {{{networks}}}\nmachines: {{{machines}}}"
    return load(tmp_path / "serai.yaml", text=text, environ={})


def at(name, address, network="n"):
    return f"{name}: {{networks: {{private: {{network: {network}, ipv6: '{address}'}}}}}}"


def test_a_network_without_a_subnet_gets_that_of_its_first_address(tmp_path):
    network = loaded("", at("a", "fd00:40::10/64"), tmp_path).networks["n"]

    assert (network.ipv6, network.subnet) == ("fd00:40::/64", None)


def test_a_stated_subnet_stays(tmp_path):
    project = loaded("n: {ipv6: 'fd00::/48'}", at("a", "fd00:0:0:7::1/64"), tmp_path)

    assert project.networks["n"].ipv6 == "fd00::/48"


@pytest.mark.parametrize(
    ("networks", "machines", "message"),
    [
        ("n: {ipv6: 'fd00::1/64'}", "a: {}", "is not an IPv6 subnet"),
        ("n: {ipv6: 'fd00::/127'}", "a: {}", "has too few addresses"),
        ("n: {ipv6: 'fd00::/64'}", at("a", "fd01::1/64"), "fd01::1 is not in fd00::/64, the IPv6 subnet"),
        ("", at("a", "10.0.0.1"), "'10.0.0.1' is not an IPv6 address"),
        ("", at("a", "fd00::1"), "fd00::1 has no prefix"),
        ("", f"{at('a', 'fd00::1/64')}, {at('b', 'fd00::1/64')}", "fd00::1 is a's already"),
    ],
)
def test_what_does_not_fit_is_told(networks, machines, message, tmp_path):
    with pytest.raises(SeraiErrors) as caught:
        loaded(networks, machines, tmp_path)
    assert [message in error.message for error in caught.value.errors] == [True]
