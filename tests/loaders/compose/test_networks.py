"""What a container is joined to."""

from __future__ import annotations

from compose_cases import service

TOP = "networks: {a: , b: }\n"


def private(machine) -> list[tuple[object, ...]]:
    return [(nic.private.network, nic.private.aliases) for nic in machine.networks if nic.private]


def test_without_networks_it_is_on_the_default_one_that_leads_out(shop) -> None:
    project = shop.project(service(""))

    assert private(project.machines["web"]) == [("default", [])]
    assert project.networks["default"].mode == "nat"


def test_networks_come_by_priority_and_each_has_its_names(shop) -> None:
    text = service("networks: {a: {aliases: [x, y]}, b: {priority: 5, mac_address: '02:42:ac:11:00:01'}}", TOP)

    machine = shop.project(text).machines["web"]

    assert private(machine) == [("b", []), ("a", ["x", "y"])]
    assert machine.networks[0].private.mac == "02:42:ac:11:00:01"


def test_a_services_address_is_of_its_first_network(shop) -> None:
    machine = shop.project(service("networks: [a, b]\nmac_address: '02:42:ac:11:00:01'", TOP)).machines["web"]

    assert [nic.private.mac for nic in machine.networks] == ["02:42:ac:11:00:01", None]


def test_what_is_not_there_or_of_no_form_is_refused(shop) -> None:
    assert (
        "there is no network 'c', add it to the file's `networks:`"
        in shop.errors(service("networks: [c]", TOP))[0]
    )
    assert "must be a list of networks" in shop.errors(service("networks: c", TOP))[0]
    assert "cannot both be stated" in shop.errors(service("networks: [a]\nnetwork_mode: host", TOP))[0]
    assert "there is no service 'db'" in shop.errors(service("network_mode: service:db"))[0]
    assert "there is no service 'db'" in shop.errors(service("links: [db]"))[0]


def test_the_network_of_another_service_is_that_machines(shop) -> None:
    own = "network_mode: 'service:a', mac_address: '02:42:ac:11:00:01'"
    text = f"services:\n  a: {{image: x}}\n  b: {{image: x, {own}}}\n"

    machine = shop.project(text).machines["b"]

    assert machine.container.network_mode == "machine:a"
    assert machine.after == {"a": "started"}
    assert shop.notes(text) == ["mac_address: it is for networks of the project, and network_mode is service:a"]


def test_hosts_are_in_three_spellings(shop) -> None:
    text = "extra_hosts:\n  - 'a:1.1.1.1'\n  - 'b=2.2.2.2'\n  - 'c=[::1]'"

    assert shop.machine(text).container.extra_hosts == {"a": "1.1.1.1", "b": "2.2.2.2", "c": "::1"}
    assert shop.machine("extra_hosts: {a: [1.1.1.1, 2.2.2.2]}").container.extra_hosts == {"a": "1.1.1.1"}


def test_options_of_an_attachment_without_a_word_of_serais_are_noted(shop) -> None:
    assert shop.notes(
        service("networks: {a: {ipv6_address: 'fd::1', driver_opts: {x: y}}}", "networks: {a: }\n")
    ) == [
        "networks.ipv6_address: networks of serai's have IPv4 addresses",
        "networks.driver_opts: serai passes no options of an attachment on",
    ]
