"""Snapshots and copies of a container, by commits of a real dockerd and podman."""

from __future__ import annotations

import pytest

from person import Serai
from real_engines import Engine
from serai.providers.docker import names

pytestmark = [pytest.mark.engine, pytest.mark.root]
SHOP = """
project: shop
networks: {back: {subnet: 10.40.88.0/24}}
machines:
  web:
    provider: docker
    image: small:1
    networks: [{private: back}]
    container: {cmd: sleep 1000, stop_timeout: 0, volumes: ["data:/data"]}
"""


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue({"docker": "dockerd", "podman": "podman"}[request.param])
    return found


def shop(engine: Engine) -> str:
    return SHOP.replace("provider: docker", f"provider: {engine.kind}")


def test_a_snapshot_brings_files_back_and_leaves_volumes(serai: Serai, engine: Engine) -> None:
    serai.file(shop(engine))
    serai("up")
    serai("exec", "web", "--", "echo one >/root/file; echo one >/data/file")
    serai("snapshot", "save", "before")
    serai("exec", "web", "--", "echo two >/root/file; echo two >/data/file")

    assert "before" in serai("snapshot", "list").stdout
    serai("snapshot", "restore", "before")

    assert serai("exec", "web", "--", "cat /root/file /data/file").stdout == "one\ntwo\n"
    assert serai.states() == {"web": "ready"}
    assert serai("plan").returncode == 0
    assert "10.40.88.10" in serai("exec", "web", "--", "ip addr").stdout
    serai("snapshot", "delete", "before")
    assert "before" not in serai("snapshot", "list").stdout


def test_a_stopped_container_is_copied(serai: Serai, engine: Engine) -> None:
    text = shop(engine).replace(', volumes: ["data:/data"]', "")
    serai.file(text)
    serai("up")
    serai("exec", "web", "--", "echo one >/root/file")
    serai("halt")

    serai("clone", "web", "copy")

    serai.file(text.replace("  web:", "  web: &web", 1) + "  copy: *web\n")
    serai("up", "copy")
    assert serai("exec", "copy", "--", "cat /root/file; hostname").stdout == "one\ncopy\n"
    serai("destroy", "-y")
    assert engine.leftovers() == {"containers": [], "networks": [], "volumes": []}
    kept = [names.plain(tag) for image in engine.client().images() for tag in image["RepoTags"] or ()]
    assert kept == ["small:1"]
