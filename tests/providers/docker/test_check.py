"""What containers of docker refuse in a spec: each by its key, with a way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docker_site import machine
from serai.providers.docker.check import check

FORWARD = {"forwarded_port": {"host": 8080, "guest": 80}}


def refused(root: Path, **spec: Any) -> list[str]:
    found = check(machine(**spec), root)
    assert all(each.hint for each in found)
    return [each.message.split(": ")[1] for each in found]


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"image": None}, "image"),
        ({"image": "box:debian/bookworm64"}, "image"),
        ({"container": {"template": "busybox"}}, "container.template"),
        ({"container": {"nesting": True}}, "container.nesting"),
        ({"container": {"rootfs": "there.tar", "cmd": ["x"]}}, "container.rootfs"),
        ({"image": None, "container": {"rootfs": "there.tar"}}, "container.cmd"),
        ({"image": None, "container": {"rootfs": "gone.tar", "cmd": ["x"]}}, "container.rootfs"),
        ({"container": {"build": {"context": "gone"}}}, "container.build.context"),
        ({"container": {"keep_alive": True, "job": True}}, "container.job"),
        ({"container": {"job": True, "restart": "always"}}, "container.restart"),
        ({"container": {"memory_swap": 1 << 30}, "memory": {"size": 0}}, "container.memory_swap"),
        ({"guest": {"packages": ["vim"]}}, "guest.packages"),
        ({"ssh": {"host_port": 2222}}, "ssh.host_port"),
        ({"container": {"volumes": [{"target": "/a", "type": "bind"}]}}, "container.volumes[0].source"),
        ({"container": {"volumes": [{"target": "/a", "source": ".", "name": "x"}]}}, "container.volumes[0].name"),
        ({"container": {"volumes": [{"target": "/a", "source": "gone"}]}}, "container.volumes[0].source"),
        ({"container": {"volumes": [{"target": "/a", "size": 1}]}}, "container.volumes[0].size"),
        (
            {"container": {"volumes": [{"target": "/a", "propagation": "shared"}]}},
            "container.volumes[0].propagation",
        ),
        ({"container": {"files": [{"target": "/a"}]}}, "container.files[0]"),
        ({"synced_folders": [{"source": ".", "target": "/a", "exclude": ["x"]}]}, "synced_folders[0].exclude"),
        ({"synced_folders": [{"source": ".", "target": "/a", "nfs": {"udp": True}}]}, "synced_folders[0].nfs"),
        ({"synced_folders": [{"source": ".", "target": "/a", "mount": False}]}, "synced_folders[0].mount"),
        ({"container": {"network_mode": "host"}, "networks": [{"private": {}}]}, "container.network_mode"),
        ({"container": {"network_mode": "host"}, "networks": [FORWARD]}, "networks[0].forwarded_port"),
        ({"networks": [{"uplink": {"type": "passt"}}]}, "networks.uplink.type"),
        ({"networks": [{"uplink": {"mtu": 1400}}]}, "networks.uplink.mtu"),
        ({"networks": [{"private": {"mtu": 1400}}]}, "networks[0].private.mtu"),
        ({"networks": [{"public": {"bridge": "br0"}}]}, "networks[0].public.bridge"),
        ({"networks": [{"public": {"network_name": "c", "gateway": "10.0.0.1"}}]}, "networks[0].public.gateway"),
        (
            {"networks": [{"public": {"dev": "lo", "mtu": 1400, "address": "10.0.0.9/24"}}]},
            "networks[0].public.mtu",
        ),
        ({"networks": [{"uplink": {"type": "none", "network_name": "c"}}]}, "networks.uplink.network_name"),
        ({"networks": [{"uplink": {}}], "container": {"network_mode": "host"}}, "networks.uplink"),
        ({"container": {"network_mode": "host", "links": ["db"]}}, "container.links"),
        ({"container": {"network_mode": "none", "network_aliases": ["x"]}}, "container.network_aliases"),
        ({"image": None, "container": {"rootfs": "tinny", "cmd": ["x"]}}, "container.rootfs"),
        ({"image": None, "container": {"rootfs": "tiny", "cmd": ["x"], "pull": "always"}}, "container.pull"),
        (
            {"container": {"volumes": [{"target": "/a", "source": ".", "nocopy": True}]}},
            "container.volumes[0].nocopy",
        ),
        ({"container": {"volumes": [{"target": "/a", "driver": "nfs"}]}}, "container.volumes[0].driver"),
        ({"providers": {"docker": {"options": {"mem_swapiness": 1}}}}, "providers.docker.options.mem_swapiness"),
        (
            {"providers": {"docker": {"options": {"mem_swappiness": "x"}}}},
            "providers.docker.options.mem_swappiness",
        ),
        (
            {"container": {"pids": 5}, "providers": {"docker": {"options": {"pids_limit": 9}}}},
            "providers.docker.options.pids_limit",
        ),
        ({"networks": [{"public": {"dev": "lo"}}]}, "networks[0].public.address"),
        ({"networks": [{"public": {"dev": "no-such0", "address": "10.0.0.9/24"}}]}, "networks[0].public.dev"),
        ({"provider": "podman", "networks": [{"uplink": {"mac": "02:00:00:00:00:01"}}]}, "networks.uplink.mac"),
        ({"disks": {"data": {"size": 1 << 30}}}, "disks"),
    ],
)
def test_what_a_container_cannot_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: dict[str, Any], key: str
) -> None:
    (tmp_path / "there.tar").touch()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("serai.providers.docker.check.is_there", lambda name: name == "lo")

    assert refused(tmp_path, **spec) == [key]


def test_a_root_filesystem_inside_an_image_is_read_by_root_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {"image": None, "container": {"rootfs": "tiny", "keep_alive": True}}
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert refused(tmp_path, **spec) == []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert refused(tmp_path, **spec) == ["container.rootfs"]


def test_a_plain_container_is_not_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, networks=[FORWARD, {"private": {}}], container={"volumes": [{"target": "/a"}]}) == []
    assert refused(tmp_path, container={"build": {"context": "."}}) == []


def test_a_directory_that_is_to_be_made_may_be_missing(tmp_path: Path) -> None:
    volume = {"target": "/a", "source": "gone"}

    assert refused(tmp_path, container={"volumes": [volume]}) == ["container.volumes[0].source"]
    assert refused(tmp_path, container={"volumes": [{**volume, "create": True}]}) == []
