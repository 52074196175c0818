"""The containers that serai would make are those that docker-compose describes, as far as it knows the words."""

from __future__ import annotations

import subprocess

import pytest

from compose_cases import CASES, ENVIRON, NAMES, loaded
from compose_oracle import config, services, theirs


@pytest.fixture(autouse=True)
def version_1(need) -> None:
    """Later ones write the whole file in another way."""
    need("docker-compose")
    said = subprocess.run(["docker-compose", "version", "--short"], capture_output=True, text=True, check=True)
    if not said.stdout.startswith("1."):
        pytest.skip(f"only docker-compose 1 is compared with, not {said.stdout.strip()}")


KNOWN = [name for name in NAMES if not (CASES / name / "no-oracle").exists()]
LATER = [name for name in NAMES if name not in KNOWN]


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_comes_to_the_same_containers(name: str) -> None:
    folder = CASES / name
    model = config(folder, ENVIRON)

    expected = {key: theirs(service, model) for key, service in model["services"].items()}

    assert services(loaded(folder / "compose.yaml"), folder) == expected


@pytest.mark.parametrize("name", KNOWN)
def test_networks_are_the_same(name: str) -> None:
    folder = CASES / name
    model = config(folder, ENVIRON).get("networks") or {}
    project = loaded(folder / "compose.yaml")

    for key, network in project.networks.items():
        said = model.get(key) or {}
        pool = ((said.get("ipam") or {}).get("config") or [{}])[0]
        options = dict(said.get("driver_opts") or {})
        assert network.subnet == pool.get("subnet")
        assert network.gateway == pool.get("gateway")
        assert network.ip_range == pool.get("ip_range")
        assert bool(network.internal) == bool(said.get("internal"))
        assert network.external == (said.get("name") if said.get("external") else None)
        assert str(network.driver or "bridge") == said.get("driver", "bridge")
        assert network.mtu == (int(options.pop("com.docker.network.driver.mtu", 0)) or None)
        assert network.parent == options.pop("parent", None)
        assert network.options == options


@pytest.mark.parametrize("name", LATER)
def test_what_it_does_not_know_it_says(name: str) -> None:
    folder = CASES / name
    path = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/root", **ENVIRON}
    result = subprocess.run(
        ["docker-compose", "config", "-q"], cwd=folder, env=path, capture_output=True, text=True, check=False
    )

    assert result.returncode != 0
