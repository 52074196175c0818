"""Further options of the docker SDK in the body of a container."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.docker.render.raw import known, merged
from serai.util.errors import SeraiError

FUSE = {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
BODY = {"Image": "x", "HostConfig": {"Memory": 1}}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"mem_swappiness": 10}, {"Image": "x", "HostConfig": {"Memory": 1, "MemorySwappiness": 10}}),
        ({"group_add": [5]}, {"HostConfig": {"GroupAdd": ["5"]}}),
        ({"storage_opt": {"size": "10G"}}, {"HostConfig": {"StorageOpt": {"size": "10G"}}}),
        ({"devices": ["/dev/fuse"]}, {"HostConfig": {"Devices": [FUSE]}}),
        ({"mac_address": "52:54:00:00:00:01"}, {"MacAddress": "52:54:00:00:00:01"}),
        ({"network_disabled": True}, {"NetworkDisabled": True}),
    ],
)  # fmt: skip
def test_an_option_is_what_the_sdk_makes_of_it(options: dict[str, Any], body: dict[str, Any]) -> None:
    found = msgspec.json.decode(msgspec.json.encode(merged(BODY, options, "docker")))

    assert found["HostConfig"].items() >= body.get("HostConfig", {}).items()
    assert {key: value for key, value in body.items() if key != "HostConfig"}.items() <= found.items()
    assert found["HostConfig"]["Memory"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mem_swapiness": 1}, r"providers\.docker\.options\.mem_swapiness: the docker SDK has no such argument"),
        ({"mem_swappiness": "a"}, r"options\.mem_swappiness: Invalid type"),
        ({"uts_mode": "x"}, r"options\.uts_mode: Invalid value"),
        ({"mem_limit": "1g"}, r"options\.mem_limit: the container has Memory by keys of its own"),
        ({"image": "y"}, r"options\.image: the docker SDK has no such argument"),
        ({"host_config": {}}, r"options\.host_config: the docker SDK has no such argument"),
    ],
)
def test_what_is_no_option_or_a_second_word_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SeraiError, match=said) as error:
        merged(BODY, options, "docker")
    assert error.value.hint


def test_an_option_is_refused_for_an_engine_that_is_too_old_for_it() -> None:
    with pytest.raises(SeraiError, match=r"providers\.podman\.options\.device_cgroup_rules: .*not supported"):
        merged(BODY, {"device_cgroup_rules": ["c 1:1 r"]}, "podman", "1.24")


def test_no_name_means_two_arguments() -> None:
    top, host = known()

    assert top.isdisjoint(host)
    assert {"mac_address", "network_disabled"} <= top and {"mem_swappiness", "runtime"} <= host
