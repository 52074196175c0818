"""A project as a Compose file."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.compose.write import to_compose, to_yaml
from serai.loaders.yaml import load
from serai.util.errors import SeraiErrors


def project(text: str):
    return load(Path("/srv/shop/serai.yaml"), text=text, environ={})


def test_a_container_is_a_service() -> None:
    text = """\
project: shop
networks: {back: {mode: nat, mtu: 1400}}
machines:
  db:
    provider: docker
    image: postgres
    container: {env: {A: "$$5"}, volumes: ["data:/d"]}
    networks: [{private: back}]
  web:
    provider: docker
    image: nginx
    cpus: 2
    memory: 1GiB
    after: {db: ready}
    networks: ["8080:80", {private: back}]
"""

    assert to_compose(project(text)) == {
        "name": "shop",
        "services": {
            "db": {
                "image": "postgres",
                "environment": {"A": "$$$$5"},
                "volumes": [{"type": "volume", "target": "/d", "source": "data"}],
                "networks": {"back": None},
            },
            "web": {
                "image": "nginx",
                "cpus": 2,
                "mem_limit": "1073741824b",
                "ports": [{"target": 80, "published": "8080", "host_ip": "127.0.0.1"}],
                "networks": {"back": None},
                "depends_on": {"db": {"condition": "service_healthy"}},
            },
        },
        "networks": {"back": {"driver_opts": {"com.docker.network.driver.mtu": "1400"}}},
        "volumes": {"data": None},
    }


def test_some_machines_alone_can_be_written() -> None:
    text = "project: shop\nmachines: {a: {provider: docker, image: x}, b: {provider: docker, image: y}}\n"

    assert to_yaml(project(text), {"a"}) == "name: shop\nservices:\n  a:\n    image: x\n    network_mode: bridge\n"


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ("{image: tiny}", "web: a Compose file holds containers, and this is a machine of qemu"),
        ("{provider: docker, image: x, provision: [ls]}", "web: provision: a Compose file cannot say it"),
        (
            "{provider: docker, image: x, container: {keep_alive: true}}",
            "web: container.keep_alive: a Compose file cannot",
        ),
        (
            "{provider: docker, image: x, container: {job: true}}",
            "web: container.job: a Compose file cannot say it, nothing",
        ),
        (
            "{provider: docker, image: x, hooks: {after_start: ls}}",
            "web: hooks.after_start: a Compose file cannot say it",
        ),
        (
            "{provider: docker, image: x, networks: [{public: br0}]}",
            "web: networks.public: a Compose file cannot say it",
        ),
        (
            "{provider: docker, image: x, cpu: {count: 1, model: host}}",
            "web: cpu.model: a Compose file cannot say it",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(machine: str, said: str) -> None:
    with pytest.raises(SeraiErrors) as caught:
        to_compose(project(f"project: shop\nmachines: {{web: {machine}}}\n"))

    assert str(caught.value).startswith(said)


def test_all_that_cannot_be_said_is_said_at_once() -> None:
    text = "project: shop\nmachines:\n  a: {image: tiny}\n"
    text += "  b: {provider: docker, image: x, primary: true, after: {a: provisioned}}\n"

    with pytest.raises(SeraiErrors) as caught:
        to_compose(project(text))

    assert len(caught.value.errors) == 3
