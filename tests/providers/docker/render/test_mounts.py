"""Binds, volumes and file systems in memory."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from docker_site import machine, site_of
from serai.providers.docker.render.mounts import mounts, tmpfs
from serai.spec.container import Container


@pytest.mark.parametrize(
    ("volume", "mount"),
    [
        ({"source": "./data", "target": "/d"}, {"Type": "bind", "Source": "/srv/shop/data"}),
        ({"source": "/x", "target": "/d", "read_only": True}, {"Type": "bind", "Source": "/x", "ReadOnly": True}),
        (
            {"source": "/x", "target": "/d", "propagation": "rslave"},
            {"Type": "bind", "Source": "/x", "BindOptions": {"Propagation": "rslave"}},
        ),
        ({"name": "data", "target": "/d"}, {"Type": "volume", "Source": "shop-data-3f2a"}),
        ({"name": "data", "target": "/d", "external": True}, {"Type": "volume", "Source": "data"}),
        ({"target": "/d", "nocopy": True}, {"Type": "volume", "VolumeOptions": {"NoCopy": True}}),
        ({"target": "/d", "type": "tmpfs", "size": 64}, {"Type": "tmpfs", "TmpfsOptions": {"SizeBytes": 64}}),
    ],
)
def test_a_volume_is_a_mount(volume: dict[str, Any], mount: dict[str, Any]) -> None:
    wanted = machine(container={"volumes": [volume]})
    assert wanted.container is not None

    assert mounts(wanted, wanted.container, site_of(wanted)) == [{**mount, "Target": "/d"}]


def test_synced_folders_are_binds_and_files_of_the_host_too() -> None:
    wanted = machine(synced_folders=[{"source": ".", "target": "/app", "readonly": True}])
    site = msgspec.structs.replace(site_of(wanted), binds=(("/home/f", "/etc/f"),))

    assert [(each["Source"], each["Target"], each["ReadOnly"]) for each in mounts(wanted, Container(), site)] == [
        ("/srv/shop", "/app", True),
        ("/home/f", "/etc/f", True),
    ]


def test_a_tmpfs_has_its_options() -> None:
    assert tmpfs(Container(tmpfs=["/run:size=64m", "/tmp"])) == {"/run": "size=64m", "/tmp": ""}
