"""What the driver passes on to layers of containers; real ones are in test_layers.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials, Scope
from serai.providers.docker.driver import Docker
from serai.providers.docker.podman import Podman
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.mark.parametrize("provider", [Docker, Podman])
def test_an_engine_that_is_not_there_is_named(provider, home: Path, tmp_path: Path, monkeypatch) -> None:
    for name in ("DOCKER_HOST", "CONTAINER_HOST"):
        monkeypatch.setenv(name, f"unix://{tmp_path}/no.sock")
    driver = provider(Scope(project="shop", project_id="1", root=tmp_path, home=home))

    assert driver.layer_of("k1") is None
    with pytest.raises(SeraiError, match="it does not run"):
        driver.layer_base(Machine(name="web", image="a:1"), Materials())
