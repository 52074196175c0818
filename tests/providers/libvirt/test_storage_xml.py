"""Pools and volumes: each type as libvirt's schema has it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from serai.providers.libvirt.storage_xml import pool, target, volume
from serai.spec.pool import Pool, PoolType

POOLS: dict[str, dict[str, Any]] = {
    "dir": {"type": "dir", "path": "/srv/fast"},
    "netfs": {"type": "netfs", "path": "/mnt/vms", "host": "nas.test", "source": "/exports/vms"},
    "logical": {"type": "logical", "source": "vg0"},
    "disk": {"type": "disk", "source": "/dev/sdb"},
    "iscsi": {"type": "iscsi", "host": "san.test", "source": "iqn.2026-11.test.san:vms"},
}
VOLUMES: dict[str, dict[str, Any]] = {
    "plain": {"capacity": 1 << 30},
    "raw": {"capacity": 1 << 30, "form": "raw", "allocation": None, "mode": "0644"},
    "whole": {"capacity": 1 << 30, "allocation": 1 << 30},
    "overlay": {"capacity": 1 << 30, "backing": ("/srv/fast/base.qcow2", "qcow2")},
}


def validated(text: str, kind: str, need: Callable[..., None], place: Path) -> None:
    need("virt-xml-validate", "xmllint")
    (place / "it.xml").write_text(text)
    words = ["virt-xml-validate", str(place / "it.xml"), kind]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", POOLS)
def test_the_schema_knows_every_pool(case: str, need: Callable[..., None], tmp_path: Path) -> None:
    spec = msgspec.convert(POOLS[case], Pool)
    uuid = "00000000-0000-8000-8000-000000000001"
    validated(pool("fast", spec, uuid=uuid), "storagepool", need, tmp_path)


@pytest.mark.parametrize("case", POOLS)
def test_the_test_driver_defines_every_pool(case: str, need: Callable[..., None], tmp_path: Path) -> None:
    need("virsh")
    (tmp_path / "pool.xml").write_text(pool("fast", msgspec.convert(POOLS[case], Pool)))
    words = ["virsh", "-q", "-c", "test:///default", f"pool-define {tmp_path}/pool.xml; pool-info fast"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", VOLUMES)
def test_the_schema_knows_every_volume(case: str, need: Callable[..., None], tmp_path: Path) -> None:
    validated(volume("data.qcow2", **VOLUMES[case]), "storagevol", need, tmp_path)


@pytest.mark.parametrize(
    ("type", "source", "path"),
    [
        (PoolType.LOGICAL, "vg0", "/dev/vg0"),
        (PoolType.DISK, "/dev/sdb", "/dev"),
        (PoolType.ISCSI, "iqn.x", "/dev/disk/by-path"),
    ],
)
def test_a_pool_of_devices_is_seen_where_the_kernel_shows_them(type: PoolType, source: str, path: str) -> None:
    assert target(type, Pool(source=source)) == path
    assert target(type, Pool(source=source, path="/elsewhere")) == "/elsewhere"


def test_a_volume_without_allocation_takes_all_of_its_size() -> None:
    assert ElementTree.fromstring(volume("a", **VOLUMES["raw"])).find("allocation") is None
    assert ElementTree.fromstring(volume("a", **VOLUMES["plain"])).findtext("allocation") == "0"


def test_an_overlay_names_the_format_of_its_base() -> None:
    root = ElementTree.fromstring(volume("a", **VOLUMES["overlay"]))
    assert root.findtext("backingStore/path") == "/srv/fast/base.qcow2"
    assert root.find("backingStore/format[@type='qcow2']") is not None


def test_qcow2_is_of_the_version_that_can_do_all() -> None:
    assert ElementTree.fromstring(volume("a", capacity=1)).findtext("target/compat") == "1.1"
    assert ElementTree.fromstring(volume("a", capacity=1, form="raw")).find("target/compat") is None
