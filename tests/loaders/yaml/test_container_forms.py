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


@pytest.mark.parametrize(
    ("keys", "environ", "limited"),
    [
        ("provider: docker, memory: 512MiB", {}, True),
        ("provider: nspawn, memory: {size: 512MiB}", {}, True),
        ("provider: docker", {}, False),
        ("provider: docker, memory: 1GiB", {}, False),  # memory.size says it
        ("memory: 512MiB", {}, False),
        ("provider: libvirt, memory: 512MiB", {}, False),
        ("provider: libvirt, memory: 512MiB", {"LIBVIRT_DEFAULT_URI": "lxc:///"}, True),
        ("provider: libvirt, memory: 512MiB, providers: {libvirt: {uri: 'lxc:///'}}", {}, True),
    ],
)
def test_memory_that_is_stated_limits_a_container_without_a_block_of_its_own(
    keys: str, environ: dict[str, str], limited: bool, tmp_path: Path
) -> None:
    text = f"project: p\nmachines:\n  a: {{image: tiny, {keys}}}\n"

    found = load(tmp_path / "serai.yaml", text=text, environ=environ).machines["a"]

    assert found.container == (Container(memory=512 * MIB) if limited else None)


def test_the_limit_of_one_is_not_that_of_others_that_share_its_block(tmp_path: Path) -> None:
    text = """
project: shop
defaults: {provider: docker, image: nginx, container: {cmd: sleep 9}}
machines:
  a: {memory: 512MiB}
  b: {memory: 1GiB}
  c: {}
  d: {memory: 512MiB, container: {memory: 1GiB}}
"""

    found = [each.container.memory for each in machines(text, tmp_path).values() if each.container]

    assert found == [512 * MIB, None, None, 1024 * MIB]


@pytest.mark.parametrize("restart", ["sometimes", "on-failure:", "on-failure:x"])
def test_a_restart_policy_is_one_that_engines_know(restart: str, tmp_path: Path) -> None:
    with pytest.raises(SeraiErrors, match="restart"):
        machines(WEB.replace("cmd: nginx", f"restart: '{restart}'\n      entrypoint: nginx"), tmp_path)
