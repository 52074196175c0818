"""Addresses on private networks: stated ones, and reserved ones that stay (VAG-6)."""

import pytest

from serai.plan.addresses import Allocation, allocate, hosts_files
from serai.spec.machine import Machine, Project
from serai.spec.network import Network, Nic, PrivateNic
from serai.util.errors import SeraiError


def project(machines: dict[str, list[PrivateNic]], provider: str = "qemu", **networks: Network) -> Project:
    return Project(
        project="shop",
        networks=networks,
        machines={
            name: Machine(name=name, provider=provider, networks=[Nic(private=nic) for nic in nics])
            for name, nics in machines.items()
        },
    )


def test_without_networks_nothing_is_allocated() -> None:
    assert allocate(project({"web": []}), Allocation()) == Allocation()


def test_a_network_without_subnet_gets_a_free_one_and_its_members_addresses() -> None:
    found = allocate(project({"web": [PrivateNic()], "db": [PrivateNic()]}), Allocation())
    assert found.networks["private"].subnet == "10.40.0.0/24"
    assert found.addresses == {"private": {"web": "10.40.0.10/24", "db": "10.40.0.11/24"}}


def test_static_addresses_are_kept_and_avoided() -> None:
    found = allocate(project({"web": [PrivateNic()], "db": [PrivateNic(address="10.40.0.10")]}), Allocation())
    assert found.addresses["private"] == {"db": "10.40.0.10/24", "web": "10.40.0.11/24"}


def test_the_subnet_follows_the_first_static_address() -> None:
    found = allocate(project({"db": [PrivateNic(address="192.168.7.5")]}), Allocation())
    assert found.networks["private"].subnet == "192.168.7.0/24"


def test_two_networks_do_not_overlap() -> None:
    found = allocate(project({"web": [PrivateNic(network="a"), PrivateNic(network="b")]}), Allocation())
    assert {network.subnet for network in found.networks.values()} == {"10.40.0.0/24", "10.40.1.0/24"}


def test_a_reserved_address_stays_when_machines_come_and_go() -> None:
    first = allocate(project({"web": [PrivateNic()], "db": [PrivateNic()]}), Allocation())
    second = allocate(project({"new": [PrivateNic()], "db": [PrivateNic()]}), first)
    assert second.addresses["private"] == {"db": "10.40.0.11/24", "new": "10.40.0.10/24"}


def test_a_full_subnet_is_an_error_that_names_it() -> None:
    nets = {"net": Network(subnet="10.9.0.0/28")}
    many = {f"m{i}": [PrivateNic(network="net")] for i in range(14)}
    with pytest.raises(SeraiError, match=r"networks\.net: 10\.9\.0\.0/28 has no address left for m13"):
        allocate(project(many, **nets), Allocation())


def test_the_hosts_file_has_all_peers_of_shared_networks() -> None:
    found = allocate(
        project({"web": [PrivateNic(network="a")], "db": [PrivateNic(network="a")], "lone": []}), Allocation()
    )
    assert hosts_files(found)["web"] == {"web": "10.40.0.10", "db": "10.40.0.11"}
    assert "lone" not in hosts_files(found)


def test_each_machine_gets_those_of_its_own_networks() -> None:
    both = [PrivateNic(network="a"), PrivateNic(network="b")]
    machines = {"web": both, "db": [PrivateNic(network="b")], "app": [PrivateNic(network="a")], "lone": []}
    found = allocate(project(machines), Allocation())
    assert {name: set(each) for name, each in hosts_files(found).items()} == {
        "web": {"web", "db", "app"},
        "db": {"web", "db"},
        "app": {"web", "app"},
    }


def test_a_subnet_that_somebody_else_has_is_not_chosen() -> None:
    machine = Machine(name="web", networks=[Nic(private=PrivateNic(network="back"))])

    found = allocate(
        Project(project="shop", machines={"web": machine}), Allocation(), ["10.40.0.0/23", "0.0.0.0/32"]
    )

    assert found.networks["back"].subnet == "10.40.2.0/24"


def test_addresses_come_from_a_stated_range() -> None:
    net = Network(subnet="10.9.0.0/24", dhcp_range="10.9.0.100-10.9.0.101")
    wanted = project({"web": [PrivateNic(network="net")], "db": [PrivateNic(network="net")]}, net=net)
    before = Allocation(networks={"net": net}, addresses={"net": {"db": "10.9.0.10/24"}})

    assert allocate(wanted, before).addresses["net"] == {"web": "10.9.0.100/24", "db": "10.9.0.101/24"}


def test_a_range_that_is_used_up_is_named() -> None:
    net = Network(subnet="10.9.0.0/24", dhcp_range="10.9.0.100-10.9.0.100")
    wanted = project({"web": [PrivateNic(network="net")], "db": [PrivateNic(network="net")]}, net=net)
    with pytest.raises(SeraiError, match=r"dhcp_range 10\.9\.0\.100-10\.9\.0\.100 has no address left for db"):
        allocate(wanted, Allocation())


NIC = PrivateNic(network="net")


def test_small_subnets_are_used_from_their_second_address_on() -> None:
    nets = {"net": Network(subnet="10.9.0.0/29")}
    found = allocate(project({f"m{i}": [NIC] for i in range(5)}, **nets), Allocation())
    assert list(found.addresses["net"].values()) == [f"10.9.0.{number}/29" for number in range(2, 7)]


def test_what_was_reserved_in_a_small_subnet_stays() -> None:
    nets = {"net": Network(subnet="10.9.0.0/28")}
    before = Allocation(networks=nets, addresses={"net": {"db": "10.9.0.10/28"}})
    found = allocate(project({"web": [NIC], "db": [NIC]}, **nets), before)
    assert found.addresses["net"] == {"db": "10.9.0.10/28", "web": "10.9.0.2/28"}


def test_the_gateway_is_no_machines_address() -> None:
    net = Network(subnet="10.9.0.0/24", gateway="10.9.0.10")
    wanted = project({"web": [NIC]}, "docker", net=net)
    assert allocate(wanted, Allocation()).addresses["net"] == {"web": "10.9.0.11/24"}
    before = Allocation(networks={"net": net}, addresses={"net": {"web": "10.9.0.10/24"}})
    assert allocate(wanted, before).addresses["net"] == {"web": "10.9.0.11/24"}


@pytest.mark.parametrize(("provider", "address"), [("lxc", "10.9.0.2/24"), ("qemu", "10.9.0.1/24")])
def test_the_hosts_own_address_is_left_out_of_a_range(provider: str, address: str) -> None:
    net = Network(subnet="10.9.0.0/24", dhcp_range="10.9.0.1-10.9.0.9")
    found = allocate(project({"web": [NIC]}, provider, net=net), Allocation())
    assert found.addresses["net"] == {"web": address}


def test_a_machine_with_two_cards_on_a_network_has_the_address_of_the_first() -> None:
    two = [PrivateNic(network="net", address="10.9.0.20"), PrivateNic(network="net", address="10.9.0.21")]
    found = allocate(project({"web": two, "db": [NIC, two[1]]}), Allocation())
    assert found.addresses["net"] == {"web": "10.9.0.20/24", "db": "10.9.0.10/24"}


def test_machines_of_which_one_is_up_at_a_time_may_have_one_address() -> None:
    given = PrivateNic(address="10.40.0.10")
    found = allocate(project({"a": [given], "b": [given], "c": [PrivateNic()]}), Allocation())

    assert found.addresses["private"] == {"a": "10.40.0.10/24", "b": "10.40.0.10/24", "c": "10.40.0.11/24"}
    names = hosts_files(found)
    assert names["b"] == names["c"] == {"a": "10.40.0.10", "b": "10.40.0.10", "c": "10.40.0.11"}


def test_a_name_of_two_machines_means_the_same_one_whoever_came_first() -> None:
    shop = Project(
        project="shop",
        machines={
            name: Machine(name=name, aliases=["www"], networks=[Nic(private=PrivateNic())]) for name in ("a", "b")
        },
    )
    first = allocate(shop, allocate(project({"b": [PrivateNic()]}), Allocation()))
    assert hosts_files(first)["a"]["www"] == "10.40.0.11"
    assert hosts_files(allocate(shop, first)) == hosts_files(first)
