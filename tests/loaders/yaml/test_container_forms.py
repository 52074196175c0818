"""A container in a project file: short forms, and limits that only count where they are stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.yaml import load
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.machine import Machine
from serai.util.errors import SeraiErrors
from serai.util.units import MIB

WEB = """
project: shop
machines:
  web:
    provider: fake
    image: nginx:1.25
    memory: 512M
    container:
      cmd: nginx -g 'daemon off;'
      volumes: [./site:/srv:ro, data:/var/lib/data]
      health: wget -qO- localhost
      ulimits: {nofile: 1024}
  idle:
    provider: fake
    image: nginx:1.25
    container:
"""


def machines(text: str, tmp_path: Path) -> dict[str, Machine]:
    return load(tmp_path / "serai.yaml", text=text, environ={}).machines


def test_a_container_is_written_short(tmp_path: Path) -> None:
    container = machines(WEB, tmp_path)["web"].container

    assert container is not None
    assert container.cmd == ["nginx", "-g", "daemon off;"]
    assert [volume.kind for volume in container.volumes] == [VolumeType.BIND, VolumeType.VOLUME]
    assert container.health is not None
    assert container.health.test == ["CMD-SHELL", "wget -qO- localhost"]


def test_memory_that_is_stated_limits_it_even_where_it_is_the_default(tmp_path: Path) -> None:
    found = machines(WEB, tmp_path)

    assert found["web"].container is not None
    assert found["web"].container.memory == 512 * MIB
    assert found["idle"].container == Container()


@pytest.mark.parametrize("restart", ["sometimes", "on-failure:", "on-failure:x"])
def test_a_restart_policy_is_one_that_engines_know(restart: str, tmp_path: Path) -> None:
    with pytest.raises(SeraiErrors, match="restart"):
        machines(WEB.replace("cmd: nginx", f"restart: '{restart}'\n      entrypoint: nginx"), tmp_path)
