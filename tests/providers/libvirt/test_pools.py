"""Storage pools: found, made, and taken away again if they are the project's."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from serai.providers.libvirt import pools
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.pool import Pool, PoolType
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import Code, SeraiError

FAST = Pool(type=PoolType.DIR, path="/srv/fast")


def test_a_disk_names_its_pool_else_the_machine_does() -> None:
    machine = Machine(providers=Raw(libvirt=LibvirtRaw(pool="slow")))
    assert pools.name_of(Machine()) == "default"
    assert pools.name_of(machine) == "slow"
    assert pools.name_of(machine, Disk(pool="fast")) == "fast"


@pytest.mark.engine
@pytest.mark.root
def test_a_pool_whose_directory_was_never_made_is_built(libvirtd: str, tmp_path: Path) -> None:
    """As a daemon leaves it that was killed between the definition and the directory."""
    place = tmp_path / "pool"
    conn = opened(libvirtd)
    xml = f"<pool type='dir'><name>serai-test-{os.getpid()}</name><target><path>{place}</path></target></pool>"
    pool = conn.storagePoolDefineXML(xml, 0)
    try:
        assert pools.started(pool).isActive()
        assert place.is_dir()
        pool.destroy()
    finally:
        pool.undefine()


def test_a_pool_that_libvirt_has_is_used_and_started(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    pool = conn.storagePoolLookupByName("default")
    pool.destroy()
    found = pools.open_pool(conn, pretended.scope, "default", {})
    assert found.isActive()
    assert pools.target_of(found) == "/default-pool"
    assert pools.holds_files(found)


def test_default_is_made_where_it_is_not(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    old = conn.storagePoolLookupByName("default")
    old.destroy()
    old.undefine()
    assert pools.open_pool(conn, pretended.scope, "default", {}).isActive()


def test_machines_that_are_made_at_once_make_it_once(
    pretended: Libvirt, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn, find = opened(uri), pools.find
    old = conn.storagePoolLookupByName("default")
    old.destroy()
    old.undefine()

    def slowly(conn: Any, name: str) -> Any:
        found = find(conn, name)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(pools, "find", slowly)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: pools.open_pool(conn, pretended.scope, "default", {}), range(4)))
    assert len({pool.UUIDString() for pool in made}) == 1


def test_another_that_is_not_there_is_named_with_those_that_are(pretended: Libvirt, uri: str) -> None:
    with pytest.raises(SeraiError, match="no storage pool 'defult'") as caught:
        pools.open_pool(opened(uri), pretended.scope, "defult", {})
    assert caught.value.code is Code.MISSING
    assert caught.value.hint == "did you mean 'default'?"


def test_a_pool_that_the_project_describes_is_made_under_a_name_of_its_own(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    first = pools.open_pool(conn, pretended.scope, "fast", {"fast": FAST})
    assert first.name() == "serai-t1-fast"
    assert pools.open_pool(conn, pretended.scope, "fast", {"fast": FAST}).UUIDString() == first.UUIDString()
    pools.release(conn, {"serai-t1-fast", "serai-t1-gone"})
    assert pools.find(conn, "serai-t1-fast") is None


def test_one_that_libvirt_has_at_that_place_is_used_instead(pretended: Libvirt, uri: str) -> None:
    found = pools.open_pool(
        opened(uri), pretended.scope, "fast", {"fast": Pool(type=PoolType.DIR, path="/default-pool")}
    )
    assert found.name() == "default"


@pytest.mark.usefixtures("without_root")
def test_default_is_where_virt_manager_has_it() -> None:
    assert pools.default_place("qemu:///system") == "/var/lib/libvirt/images"
    assert pools.default_place("qemu:///session") == str(Path("~/.local/share/libvirt/images").expanduser())


class Partitioned:
    """A pool of the type disk, as far as names of volumes go."""

    def __init__(self, device: str, *there: str) -> None:
        self.device, self.there = device, there

    def XMLDesc(self, _flags: int) -> str:
        return f"<pool type='disk'><source><device path='{self.device}'/></source></pool>"

    def listVolumes(self) -> list[str]:
        return list(self.there)


@pytest.mark.parametrize(
    ("pool", "name"),
    [
        (Partitioned("/dev/sdb"), "sdb1"),
        (Partitioned("/dev/sdb", "sdb1", "sdb3"), "sdb2"),
        (Partitioned("/dev/nvme0n1", "nvme0n1p1"), "nvme0n1p2"),
    ],
)
def test_a_partition_gets_the_next_name(pool: Partitioned, name: str) -> None:
    assert pools.next_partition(pool) == name
    assert not pools.holds_files(pool)


class Filled:
    """A pool that somebody fills a volume of, for a while."""

    def __init__(self, times: int) -> None:
        self.times, self.asked = times, 0

    def name(self) -> str:
        return "default"

    def refresh(self, _flags: int) -> None:
        self.asked += 1
        if self.asked <= self.times:
            raise library().libvirtError("internal error: pool 'default' has asynchronous jobs running")


def test_a_pool_is_looked_at_anew_when_nobody_fills_a_volume_of_it_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("libvirt", reason="needs libvirt-python")
    assert not pools.refreshed(Filled(1))
    pool = Filled(3)
    pools.refresh(pool)
    assert pool.asked == 4
    monkeypatch.setattr(pools, "REFRESH_BUDGET", 0.0)
    with pytest.raises(SeraiError, match="storage pool default: volumes have been made or filled") as caught:
        pools.refresh(Filled(99))
    assert caught.value.code is Code.BUSY
