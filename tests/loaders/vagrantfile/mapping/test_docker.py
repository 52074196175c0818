"""docker's block: cases, a file each, in cases/docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.vagrantfile.config.keys.containers import DOCKER
from vagrant_cases import CASES, check, names


@pytest.mark.parametrize("name", names("docker"))
def test_a_case_of_docker(name: str, tmp_path: Path) -> None:
    check("docker", name, tmp_path)


@pytest.mark.parametrize("key", DOCKER.keys)
def test_each_key_of_docker_has_a_case(key: str) -> None:
    assert any(f"docker.{key}" in path.read_text() for path in (CASES / "docker").glob("*.yaml"))
