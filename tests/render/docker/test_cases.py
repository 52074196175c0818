"""Given a machine, this body for docker and for podman: and the real engine takes every one that it can."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from docker_site import CASES, case_names, machine_of, rendered, site_of
from dockerd import Dockerd
from serai.providers.docker.render import body

ELSEWHERE = {
    "devices": "its GPU",
    "gpu-ids": "its GPUs",
    "interfaces": "networks of others",
    "mounts": "containers whose volumes it has, too",
    "namespaces": "a container that it shares namespaces with",
    "no-uplink": "a network of the project",
    "public-network": "a network of others",
    "rights": "another runtime",
    "own-bridge": "a container that it finds by name",
}
"""Cases that need what an engine has not by itself."""


@pytest.mark.parametrize("case", case_names())
def test_a_machine_renders_as_expected(case: str, request: pytest.FixtureRequest) -> None:
    text = rendered(machine_of(case))
    expected = CASES / case / "expected.json"
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("case", [name for name in case_names() if name != "interfaces"])
def test_podman_is_told_the_same(case: str) -> None:
    docker, podman = rendered(machine_of(case)), rendered(machine_of(case, "podman"))

    assert docker == podman


def test_podman_has_its_own_word_for_the_mode_of_a_macvlan() -> None:
    docker, podman = rendered(machine_of("interfaces")), rendered(machine_of("interfaces", "podman"))

    assert podman == docker.replace('"macvlan_mode": "vepa"', '"mode": "vepa"') != docker


@pytest.mark.engine
@pytest.mark.root
def test_a_real_engine_takes_the_bodies_and_has_what_they_say(dockerd: Dockerd) -> None:
    client = dockerd.client()
    for case in sorted({*case_names()} - ELSEWHERE.keys()):
        machine = machine_of(case)
        made = body(machine, msgspec.structs.replace(site_of(machine), image="small:1", image_command=("sh",)))
        made.get("HostConfig", {}).pop("StorageOpt", None)  # of overlay2 on XFS with quotas alone
        seen = client.inspect_container(client.create_container_from_config(made)["Id"])
        assert _lost(made, seen["Config"] | {"HostConfig": seen["HostConfig"]}, case) == []


def _lost(made: dict[str, Any], seen: dict[str, Any], case: str) -> list[str]:
    """What was said and is not so."""
    found = []
    for key, value in made.items():
        if isinstance(value, dict) and isinstance(seen.get(key), dict):
            found += _lost(value, seen[key], f"{case}.{key}")
        elif key not in ("NetworkingConfig", "Mounts", "MacAddress") and (seen.get(key) or [""]) != value:
            found.append(f"{case}.{key}: {value!r} is {seen.get(key)!r}")
    return found
