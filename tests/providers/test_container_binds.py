"""What of the host a container sees: shared directories, volumes, small files, devices."""

from __future__ import annotations

import pytest

from serai.providers.container_binds import Bind, Node, binds, node
from serai.providers.contract import Scope
from serai.spec.container import Container
from serai.spec.container_parts import Files, Volume
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def test_everything_that_is_bound_has_a_place_on_the_host(tmp_path):
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    (tmp_path / "app.conf").touch()
    box = Container(
        dns=["10.0.0.1"],
        volumes=[Volume(source="app.conf", target="/etc/app.conf", read_only=True)],
        files=[Files(target="/a", content="x")],
    )
    folders = [
        SyncedFolder(source="site", target="/srv", type=FolderType.NINEP),
        SyncedFolder(source="copy", target="/copy", type=FolderType.RSYNC),
    ]

    found = list(binds(scope, Machine(name="web", container=box, synced_folders=folders), tmp_path / "web"))

    assert found == [
        Bind(source=f"{tmp_path}/web/hosts", target="/etc/hosts", file=True),
        Bind(source=f"{tmp_path}/web/resolv.conf", target="/etc/resolv.conf", file=True),
        Bind(source=f"{tmp_path}/site", target="/srv"),
        Bind(source=f"{tmp_path}/app.conf", target="/etc/app.conf", file=True, readonly=True),
        Bind(source=f"{tmp_path}/web/files/0", target="/a", file=True),
    ]


def test_a_device_is_known_by_its_numbers():
    assert node(Machine(name="web"), "/dev/null:/dev/nothing:r") == Node("/dev/null", "/dev/nothing", "c 1:3 r")
    with pytest.raises(SeraiError, match=r"container\.devices: /dev/no-such: No such file"):
        node(Machine(name="web"), "/dev/no-such")
