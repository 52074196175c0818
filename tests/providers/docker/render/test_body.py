"""The process of a container, its checks and its labels, as the engine is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from docker_site import machine, site_of
from serai.providers.docker import names, observe
from serai.providers.docker.render import body, text
from serai.providers.docker.render.body import STAY


def rendered(**spec: Any) -> dict[str, Any]:
    wanted = machine(**spec)
    return body(wanted, site_of(wanted))


@pytest.mark.parametrize(
    ("container", "key", "value"),
    [
        ({"cmd": ["a", "b"]}, "Cmd", ["a", "b"]),
        ({"entrypoint": []}, "Entrypoint", [""]),
        ({"entrypoint": ["/x"]}, "Entrypoint", ["/x"]),
        ({"env": {"A": "1", "B": ""}}, "Env", ["A=1", "B="]),
        ({"keep_alive": True}, "Entrypoint", ["/bin/sh", "-c", STAY, "stay"]),
        ({"keep_alive": True}, "Cmd", ["/entry.sh", "serve"]),
        ({"keep_alive": True, "cmd": ["daemon"]}, "Cmd", ["daemon"]),
        ({"health": {"interval": 1.5, "retries": 2}}, "Healthcheck", {"Interval": 1500000000, "Retries": 2}),
        ({"health": {"disable": True}}, "Healthcheck", {"Test": ["NONE"]}),
        ({"stop_timeout": 3}, "StopTimeout", 3),
        ({"expose": ["80", "53/udp"]}, "ExposedPorts", {"80/tcp": {}, "53/udp": {}}),
        ({"uts": "host"}, "Hostname", None),
        ({}, "Hostname", "web"),
        ({}, "Cmd", None),
    ],
)  # fmt: skip
def test_a_key_of_the_process_is_rendered(container: dict[str, Any], key: str, value: Any) -> None:
    assert rendered(container=container).get(key) == value


def test_labels_hold_the_spec_that_it_is_made_from() -> None:
    wanted = machine(container={"cmd": ["x"], "labels": {"team": "a", names.MACHINE: "forged"}})

    labels = body(wanted, site_of(wanted))["Labels"]

    assert labels["team"] == "a"
    assert labels[names.MACHINE] == "web"
    assert observe.spec_of(labels) == wanted


def test_the_first_network_is_in_the_body_and_the_others_follow() -> None:
    nics = [{"private": {"network": "back"}}, {"private": {"network": "out", "aliases": ["www"]}}]
    wanted = machine(networks=nics)

    whole = msgspec.json.decode(text(wanted, site_of(wanted)))

    first = whole["NetworkingConfig"]["EndpointsConfig"]["shop-out-3f2a"]
    assert first == {"IPAMConfig": {"IPv4Address": "10.41.0.10"}, "Aliases": ["web", "www"]}
    assert [each["network"] for each in whole["then"]] == ["shop-back-3f2a"]
    assert whole["name"] == "shop-web-3f2a"
