"""Which network a port of podman's leads to, as podman is asked for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from serai.providers.docker import cni


class Answer:
    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def json(self) -> dict[str, Any]:
        return self.found


class Engine:
    """Answers as podman does, and keeps what it was asked to do."""

    base_url = "http+docker://podman"

    def __init__(self, joined: Collection[str], ports: dict[str, Any], host: dict[str, str]) -> None:
        self.joined, self.ports, self.host = joined, ports, host
        self.done: list[str] = []

    def inspect_container(self, container: str) -> dict[str, Any]:
        return {
            "NetworkSettings": {"Networks": {name: {} for name in self.joined}},
            "HostConfig": {"PortBindings": self.ports},
        }

    def networks(self) -> list[dict[str, Any]]:
        named = {"podman": False, "out": False, "back": True, "far": True}
        return [{"Name": name, "Internal": internal} for name, internal in named.items()]

    def disconnect_container_from_network(self, container: str, name: str) -> None:
        self.done.append(f"leave {name}")

    def _get(self, url: str) -> Answer:
        assert url.endswith("/libpod/info")
        return Answer({"host": self.host})

    def _post(self, url: str) -> Answer:
        self.done.append(url.rpartition("/")[2])
        return Answer({})

    def _raise_for_status(self, answer: Answer) -> None:
        pass


PORTS = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
CNI = {"networkBackend": "cni"}


def asked(
    joined: Collection[str],
    ports: dict[str, Any] = PORTS,
    host: dict[str, str] = CNI,
    known: Collection[str] | None = None,
) -> list[str]:
    engine = Engine(joined, ports, host)
    cni.lead_ports_in(engine, "c0ffee", lambda name: engine.done.append(f"join {name}"), known)
    return engine.done


@pytest.mark.parametrize("host", [CNI, {}])
def test_networks_without_a_way_out_are_joined_behind_the_others(host: dict[str, str]) -> None:
    both = ["init", "leave back", "join back", "leave far", "join far"]
    assert asked(["far", "podman", "back"], host=host) == both


def test_only_what_can_be_joined_again_is_left() -> None:
    assert asked(["podman", "back", "far"], known=["back"]) == ["init", "leave back", "join back"]


@pytest.mark.parametrize(
    ("joined", "ports", "host"),
    [
        (["podman"], PORTS, CNI),
        (["podman", "out"], PORTS, CNI),
        (["back", "far"], PORTS, CNI),
        (["podman", "back"], {}, CNI),
        (["podman", "back"], PORTS, {"networkBackend": "netavark"}),
    ],
    ids=["one network", "all lead out", "none leads out", "no ports", "netavark"],
)
def test_otherwise_nothing_is_done(joined: list[str], ports: dict[str, Any], host: dict[str, str]) -> None:
    assert asked(joined, ports, host) == []
