"""What a container may do and take, as the engine is told."""

from __future__ import annotations

from typing import Any

import pytest

from docker_site import machine, site_of
from serai.providers.docker.render import body
from serai.util.units import MIB

THREE_TIMES = {"Name": "on-failure", "MaximumRetryCount": 3}
LIMIT = {"soft": 1, "hard": 2}
GPUS = {"ids": ["0"], "driver": "nvidia", "options": {"a": "b"}}
REQUEST = {"Capabilities": [["gpu"]], "DeviceIDs": ["0"], "Driver": "nvidia", "Options": {"a": "b"}}
FORWARD = {"forwarded_port": {"host": 8080, "guest": 80}}


@pytest.mark.parametrize(
    ("spec", "key", "value"),
    [
        ({}, "NanoCpus", None),
        ({}, "Memory", None),
        ({}, "NetworkMode", "bridge"),
        ({"cpu": {"count": 2}}, "NanoCpus", 2_000_000_000),
        ({"cpu": {"count": 2}, "container": {"cpus": 0.5}}, "NanoCpus", 500_000_000),
        ({"memory": {"size": 64 * MIB}}, "Memory", 64 * MIB),
        ({"container": {"memory": 512 * MIB}}, "Memory", 512 * MIB),
        ({"container": {"restart": "on-failure:3"}}, "RestartPolicy", THREE_TIMES),
        ({"container": {"restart": "no"}}, "RestartPolicy", None),
        ({"container": {"network_mode": "machine:db"}}, "NetworkMode", "container:database"),
        ({"container": {"pid": "machine:db"}}, "PidMode", "container:database"),
        ({"networks": [{"uplink": {"type": "none"}}]}, "NetworkMode", "none"),
        ({"networks": [FORWARD]}, "PortBindings", {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}),
        ({"container": {"volumes_from": ["db:ro", "other"]}}, "VolumesFrom", ["database:ro", "other"]),
        ({"container": {"links": ["db:data"]}}, "Links", ["database:data"]),
        ({"container": {"ulimits": {"nofile": LIMIT}}}, "Ulimits", [{"Name": "nofile", "Soft": 1, "Hard": 2}]),
        ({"container": {"gpus": {}}}, "DeviceRequests", [{"Capabilities": [["gpu"]], "Count": -1}]),
        ({"container": {"gpus": GPUS}}, "DeviceRequests", [REQUEST]),
        ({"container": {"extra_hosts": {"a": "10.0.0.1"}}}, "ExtraHosts", ["a:10.0.0.1"]),
        ({"container": {"log": {"driver": "none"}}}, "LogConfig", {"Type": "none", "Config": {}}),
    ],
)  # fmt: skip
def test_a_key_of_the_host_is_rendered(spec: dict[str, Any], key: str, value: Any) -> None:
    wanted = machine(**spec)

    assert body(wanted, site_of(wanted))["HostConfig"].get(key) == value


@pytest.mark.parametrize(
    ("text", "inside", "rights"),
    [
        ("/dev/a", "/dev/a", "rwm"),
        ("/dev/a:/dev/b", "/dev/b", "rwm"),
        ("/dev/a:/dev/b:r", "/dev/b", "r"),
        ("/dev/a:rw", "/dev/a", "rw"),
    ],
)
def test_a_device_is_written_as_docker_has_it(text: str, inside: str, rights: str) -> None:
    wanted = machine(container={"devices": [text]})

    assert body(wanted, site_of(wanted))["HostConfig"]["Devices"] == [
        {"PathOnHost": "/dev/a", "PathInContainer": inside, "CgroupPermissions": rights}
    ]
