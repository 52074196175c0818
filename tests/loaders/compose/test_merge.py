"""A file over another."""

from __future__ import annotations

import pytest

from compose_cases import loaded


def web(shop, below: str, over: str):
    shop.write(over, "compose.override.yaml")
    return loaded(shop.write(below)).machines["web"]


def service(keys: str) -> str:
    return f"services: {{web: {{image: x, {keys}}}}}\n"


@pytest.mark.parametrize(
    ("below", "over", "key", "expected"),
    [
        ("command: [a]", "command: [b]", "cmd", ["b"]),
        ("environment: {A: 1}", "environment: [B=2]", "env", {"A": "1", "B": "2"}),
        ("environment: [A=1, B=1]", "environment: {B: 2}", "env", {"A": "1", "B": "2"}),
        ("cap_add: [A]", "cap_add: [B, A]", "cap_add", ["A", "B"]),
        ("dns: 1.1.1.1", "dns: [8.8.8.8]", "dns", ["1.1.1.1", "8.8.8.8"]),
        ("user: a", "user: ", "user", "a"),
        (
            "extra_hosts: ['a:1.1.1.1']",
            "extra_hosts: {b: 2.2.2.2}",
            "extra_hosts",
            {"a": "1.1.1.1", "b": "2.2.2.2"},
        ),
    ],
)
def test_keys_are_merged_each_in_its_way(shop, below: str, over: str, key: str, expected: object) -> None:
    machine = web(shop, service(below), service(over))

    assert getattr(machine.container, key) == expected


def test_the_same_mount_and_port_are_replaced(shop) -> None:
    below = service("volumes: ['./a:/srv', './b:/b'], ports: ['80:80', '81:81']")
    over = service("volumes: [{type: bind, source: ./c, target: /srv}], ports: [{target: 80, published: 80}]")

    machine = web(shop, below, over)

    assert [(each.source, each.target) for each in machine.container.volumes] == [("./c", "/srv"), ("./b", "/b")]
    assert [nic.forwarded_port.host for nic in machine.networks if nic.forwarded_port] == [80, 81]


def test_logging_of_another_driver_replaces(shop) -> None:
    below = service("logging: {driver: json-file, options: {a: b}}")

    assert web(shop, below, service("logging: {options: {c: d}}")).container.log.options == {"a": "b", "c": "d"}
    assert web(shop, below, service("logging: {driver: none}")).container.log.options == {}


def test_build_in_both_spellings_is_one(shop) -> None:
    machine = web(shop, service("build: ./app"), service("build: {target: x}"))

    assert (machine.container.build.context, machine.container.build.target) == ("./app", "x")


def test_tags_reset_and_override(shop) -> None:
    below = service("cap_add: [A], dns: [1.1.1.1], environment: {A: 1, B: 2}")
    over = service("cap_add: !override [B], dns: !reset [], environment: {A: !reset null}")

    machine = web(shop, below, over)

    assert (machine.container.cap_add, machine.container.dns, machine.container.env) == (["B"], [], {"B": "2"})


def test_what_is_of_another_kind_cannot_be_laid_over(shop) -> None:
    shop.write(service("cap_add: {a: b}"), "compose.override.yaml")

    found = shop.errors(service("cap_add: [A]"))

    assert found[0].startswith("compose.override.yaml:1:")
    assert "services.web.cap_add: cannot be laid over a list, it is a map" in found[0]
