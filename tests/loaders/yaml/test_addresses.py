"""Subnets and static addresses (NET-1)."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiErrors


def loaded(networks, machines, tmp_path):
    text = f"project: p\nnetworks: {{{networks}}}\nmachines: {{{machines}}}"
    return load(tmp_path / "serai.yaml", text=text, environ={})


def at(name, address, network="n", provider="qemu"):
    networks = f"{{private: {{network: {network}, address: {address}}}}}"
    return f"{name}: {{provider: {provider}, networks: {networks}}}"


def test_a_network_without_a_subnet_gets_that_of_its_first_address(tmp_path):
    project = loaded("", at("a", "10.9.8.7"), tmp_path)

    assert project.networks["n"].subnet == "10.9.8.0/24"


def test_a_network_without_a_subnet_gets_that_of_its_range(tmp_path):
    project = loaded("n: {dhcp_range: 10.9.8.100 - 10.9.8.200}", "a: {}", tmp_path)

    assert project.networks["n"].subnet == "10.9.8.0/24"
    assert project.networks["n"].given() == ("10.9.8.100", "10.9.8.200")


def test_a_stated_subnet_stays(tmp_path):
    assert loaded("n: 10.9.0.0/16", at("a", "10.9.8.7"), tmp_path).networks["n"].subnet == "10.9.0.0/16"


@pytest.mark.parametrize(
    ("networks", "machines", "message"),
    [
        ("n: 10.0.0.0/24", at("a", "10.0.1.1"), "10.0.1.1 is not in 10.0.0.0/24, the subnet of network n"),
        ("n: 10.0.0.0/24", at("a", "10.0.0.0"), "10.0.0.0 is the subnet's own address"),
        ("n: 10.0.0.0/24", at("a", "10.0.0.255"), "10.0.0.255 is the subnet's own address"),
        ("", f"{at('a', '10.0.0.9')}, {at('b', '10.0.0.9')}", "10.0.0.9 is a's already"),
        ("", f"{at('a', '10.0.0.9')}, {at('b', '10.0.1.9')}", "10.0.1.9 is not in 10.0.0.0/24"),
        ("", at("a", "10.0.0.256"), "'10.0.0.256' is not an IPv4 address"),
        ("", "a: {networks: [&n {private: {network: n, address: 10.0.0.9}}, *n]}", "10.0.0.9 is a's already"),
        ("n: {mode: nat}", at("a", "10.0.0.1", provider="lxc"), "10.0.0.1 is the host's own on network n"),
        ("", at("a", "10.0.0.1", provider="docker"), "10.0.0.1 is the host's own on network n"),
        ("n: {gateway: 10.0.0.9}", at("a", "10.0.0.9", provider="docker"), "10.0.0.9 is the host's own"),
        ("n: 10.0.0.0", "a: {}", "10.0.0.0 has too few addresses"),
        ("n: 10.0.0.1/24", "a: {}", "is not an IPv4 subnet"),
        ("n: x", "a: {}", "'x' is not an IPv4 subnet"),
        ("n: {dhcp_range: 10.0.0.9}", "a: {}", "'10.0.0.9' is no range"),
        ("n: {dhcp_range: 10.0.0.9-10.0.1.9}", "a: {}", "10.0.1.9 is no address for a machine in 10.0.0.0/24"),
        ("n: {dhcp_range: 10.0.0.9-10.0.0.7}", "a: {}", "10.0.0.9 comes after 10.0.0.7"),
        ("n: {subnet: 10.0.0.0/24, dhcp: false, dhcp_range: 10.0.0.7-10.0.0.9}", "a: {}", "dhcp is false"),
        ("n: 10.0.0.0/16, m: 10.0.7.0/24", "a: {}", "m's 10.0.7.0/24 overlaps n's 10.0.0.0/16"),
        ("n: 10.0.0.0/16, m: 10.0.0.0/24", "a: {}", "m's 10.0.0.0/24 overlaps n's 10.0.0.0/16"),
    ],
)
def test_what_does_not_fit_is_told(networks, machines, message, tmp_path):
    with pytest.raises(SeraiErrors) as caught:
        loaded(networks, machines, tmp_path)
    assert [message in error.message for error in caught.value.errors] == [True]


def test_an_address_may_be_taken_on_another_network(tmp_path):
    assert loaded("n: 10.0.0.0/24, m: 10.0.1.0/24", f"{at('a', '10.0.0.9')}, {at('b', '10.0.1.9', 'm')}", tmp_path)


def test_a_machine_may_have_two_addresses_on_a_network(tmp_path):
    cards = "[{private: {network: n, address: 10.0.0.8}}, {private: {network: n, address: 10.0.0.9}}]"

    assert loaded("", f"a: {{networks: {cards}}}", tmp_path).networks["n"].subnet == "10.0.0.0/24"


def test_where_the_host_has_no_address_the_first_may_be_a_machines(tmp_path):
    assert loaded("", at("a", "10.0.0.1"), tmp_path)
    assert loaded("n: {gateway: 10.0.0.254}", at("a", "10.0.0.1", provider="docker"), tmp_path)
