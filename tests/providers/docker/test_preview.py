"""The body before the container exists, and how it differs from the one that is there."""

from __future__ import annotations

from pathlib import Path

import msgspec

from docker_site import MATERIALS, machine
from serai.providers.contract import Scope
from serai.providers.docker.preview import preview


def test_it_is_rendered_without_an_engine(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="3f2a", root=tmp_path, home=tmp_path)
    nics = [{"forwarded_port": {"host": 8080, "guest": 80}}]
    wanted = machine(networks=nics, container={"network_mode": "machine:db", "rootfs": "gone.tar"})

    found = msgspec.json.decode(preview(scope, "docker", wanted, MATERIALS))

    assert found["Image"] == "<gone.tar>"
    assert found["HostConfig"]["NetworkMode"] == "container:shop-db-3f2a"
    assert found["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
